import {
  type BlockStorage,
  type CallOptions,
  createBlockStorage,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { type CallContext, createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryDriver,
  type MemoryAccount,
  type MemoryAccountOptions,
} from "@polyvol/memory";

interface OpenMemory {
  readonly clock: VirtualClock;
  readonly account: MemoryAccount;
  readonly driver: ReturnType<typeof createMemoryDriver>;
  readonly storage: BlockStorage;
}

/** An account in memory on a clock that runs freely, and a storage with no options of its own. */
export function openMemory(options: MemoryAccountOptions = {}): OpenMemory {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ ...options, clock });
  const driver = createMemoryDriver({ account });
  return { clock, account, driver, storage: createBlockStorage(driver, { clock }) };
}

/** For requests that a test sends itself. */
export const CONTEXT: CallContext = {
  operation: "test",
  abortSignal: new AbortController().signal,
  remainingMs: () => 60_000,
  emit: () => undefined,
};

/** Creates a volume, or a snapshot of one. */
export function createNew(
  { volumes, snapshots }: Pick<BlockStorage, "volumes" | "snapshots">,
  kind: "volume" | "snapshot",
  volumeId: string,
  name = "new",
  options: CallOptions = {},
): Promise<Volume | Snapshot> {
  return kind === "volume"
    ? volumes.create({ name, sizeGiB: 8 }, options)
    : snapshots.create({ name, volumeId }, options);
}
