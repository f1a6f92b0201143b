import { type BlockStorage, createBlockStorage, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver, VirtualClock } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { expect } from "vitest";
import { openMemory } from "./open-memory.ts";

/** What a read shows. */
export type Shown = Pick<Volume, "state"> & { readonly providerState?: string; readonly sizeGiB?: number };

export interface World {
  readonly clock: VirtualClock;
  readonly storage: BlockStorage;
  readonly volumeId: string;
  readonly snapshotId: string;
  /** From now on every read of a volume or snapshot shows what `shown` says, where it says anything. */
  show(shown: () => Partial<Shown> | undefined): void;
}

/** A volume and a snapshot of it, whose reads can be made to show something else. */
export async function world(
  change: (driver: BlockStorageDriver, clock: VirtualClock) => Partial<BlockStorageDriver> = () => ({}),
  options: MemoryAccountOptions = {},
): Promise<World> {
  const memory = { names: "free", asynchronous: true, ...options } as const;
  const { clock, driver, storage: other } = openMemory(memory);
  let shown: () => Partial<Shown> | undefined = () => undefined;
  const { id: volumeId } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  const { id: snapshotId } = await other.snapshots.create({ volumeId, name: "s" });
  const changed: BlockStorageDriver = {
    ...driver,
    getVolume: async (id, context) => ({ ...(await driver.getVolume(id, context)), ...(shown() as object) }),
    getSnapshot: async (id, context) => ({
      ...(await driver.getSnapshot(id, context)),
      ...(shown() as Partial<Snapshot>),
    }),
    ...change(driver, clock),
  };
  return {
    ...{ clock, volumeId, snapshotId, storage: createBlockStorage(changed, { clock, random: () => 0.5 }) },
    show: (next) => {
      shown = next;
    },
  };
}

/** After how many seconds it fails. */
export async function secondsOf(clock: VirtualClock, work: Promise<unknown>, code: string): Promise<number> {
  const from = clock.now();
  await expect(work).rejects.toMatchObject({ code, outcome: "unknown", retryable: false });
  return (clock.now() - from) / 1_000;
}
