import {
  type BlockStorage,
  type BlockStorageOptions,
  type CallOptions,
  createBlockStorage,
  type PolyvolEvent,
} from "@polyvol/core";
import type { BlockStorageDriver, VirtualClock } from "@polyvol/core/driver";
import type { MemoryAccount } from "@polyvol/memory";
import { createNew, openMemory } from "./open-memory.ts";

export interface World {
  readonly account: MemoryAccount;
  readonly clock: VirtualClock;
  readonly events: readonly PolyvolEvent[];
  /** Another process. */
  storage(change?: Partial<BlockStorageDriver>, options?: BlockStorageOptions): BlockStorage;
  readonly driver: BlockStorageDriver;
}

/** An account where names may repeat, and changes end later. */
export function world(): World {
  const { clock, account, driver } = openMemory({ names: "free", asynchronous: true });
  const events: PolyvolEvent[] = [];
  const onEvent = (event: PolyvolEvent): void => void events.push(event);
  return {
    ...{ account, clock, events, driver },
    storage: (change, options) =>
      createBlockStorage({ ...driver, ...change }, { clock, onEvent, ...options }),
  };
}

export const KINDS = ["volume", "snapshot"] as const;

/** One kind of create, of one name, and how many resources there are of it. */
export interface Creating {
  readonly method: "createVolume" | "createSnapshot";
  readonly remove: "deleteVolume" | "deleteSnapshot";
  readonly account: MemoryAccount;
  create(from: BlockStorage, call?: CallOptions): Promise<unknown>;
  begin(from: BlockStorage): Promise<unknown>;
  /** The state of each of the name. */
  states(): Promise<readonly string[]>;
}

export async function creating(
  kind: (typeof KINDS)[number],
  { account, storage, driver, clock }: World,
): Promise<Creating> {
  const { id: volumeId } = await storage().volumes.create({ name: "source", sizeGiB: 8 });
  const plain = createBlockStorage(driver, { clock });
  return {
    method: kind === "volume" ? ("createVolume" as const) : ("createSnapshot" as const),
    remove: kind === "volume" ? ("deleteVolume" as const) : ("deleteSnapshot" as const),
    create: (from: BlockStorage, call?: CallOptions): Promise<unknown> =>
      createNew(from, kind, volumeId, "new", call),
    begin: (from: BlockStorage): Promise<unknown> =>
      kind === "volume"
        ? from.volumes.beginCreate({ name: "new", sizeGiB: 8 })
        : from.snapshots.beginCreate({ volumeId, name: "new" }),
    states: async (): Promise<readonly string[]> => {
      const all = kind === "volume" ? plain.volumes.list() : plain.snapshots.list();
      const states: string[] = [];
      for await (const each of all) if (each.name === "new") states.push(each.state);
      return states;
    },
    account,
  };
}
