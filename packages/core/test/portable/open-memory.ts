import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryDriver,
  type MemoryAccount,
  type MemoryAccountOptions,
} from "@polyvol/memory";

export interface OpenMemory {
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
