import { type Capabilities, type Clock, PolyvolError } from "@polyvol/core";
import { monotonicTime, systemClock } from "@polyvol/core/driver";
import { createAgenda } from "./agenda.ts";
import { type CallCounter, createCallCounter, type MemoryCalls } from "./calls.ts";
import { memoryCapabilities } from "./capabilities.ts";
import { createFaultQueue, type MemoryFault } from "./faults.ts";
import { type MemoryAccountOptions, resolveSettings } from "./options.ts";
import { present, type SnapshotRecord, type VolumeRecord, WORLD, type World } from "./state.ts";

/** A volume that the account holds, as it really is now. */
export type MemoryVolume = Readonly<Omit<VolumeRecord, "ordinal" | "change" | "removedAt">>;

/** A snapshot that the account holds, as it really is now. */
export type MemorySnapshot = Readonly<Omit<SnapshotRecord, "ordinal" | "users" | "removedAt">>;

/** Everything that the account holds, in the order of creation. Instants are milliseconds since the epoch. */
export interface MemoryDump {
  /** All volumes. */
  readonly volumes: readonly MemoryVolume[];
  /** All snapshots. */
  readonly snapshots: readonly MemorySnapshot[];
}

/** A cloud account in memory. Several drivers over one account are several processes using it. */
export interface MemoryAccount {
  /** The clock that it goes by. */
  readonly clock: Clock;
  /** What drivers over it can do. */
  readonly capabilities: Capabilities;
  /** Calls of all drivers over this account. */
  readonly calls: MemoryCalls;
  /** Adds a fault after those that are waiting already. */
  inject(fault: MemoryFault): void;
  /** Takes back all faults that are waiting. */
  clearFaults(): void;
  /** What is really there now, without a call being counted. */
  dump(): MemoryDump;
  /** The account's inside; only the drivers of this package read it. */
  readonly [WORLD]: World;
}

/** Makes an empty account. @throws PolyvolError `invalid_argument` for options that contradict each other */
export function createMemoryAccount(options: MemoryAccountOptions = {}): MemoryAccount {
  const clock = options.clock ?? systemClock;
  const capabilities = memoryCapabilities(options);
  const settings = resolveSettings(options, capabilities.snapshotNames.enforced);
  if (settings.regions.length === 0 || settings.volumeTypes.length === 0) {
    throw new PolyvolError("invalid_argument", "an account in memory needs a region and a volume type");
  }
  const counts = { resource: 0, job: 0, request: 0 };
  const calls: CallCounter = createCallCounter();
  const world: World = {
    clock,
    monotonicNow: monotonicTime(clock),
    capabilities,
    settings,
    volumes: new Map(),
    snapshots: new Map(),
    lastSnapshotAt: new Map(),
    jobs: new Map(),
    spellings: new Map(),
    agenda: createAgenda(),
    faults: createFaultQueue(),
    calls,
    next(kind) {
      counts[kind] += 1;
      return counts[kind];
    },
  };
  return {
    clock,
    capabilities,
    calls,
    inject: world.faults.add,
    clearFaults: world.faults.clear,
    dump() {
      world.agenda.catchUp(clock.now());
      return {
        volumes: present(world.volumes).map(({ ordinal, change, removedAt, ...volume }) => ({ ...volume })),
        snapshots: present(world.snapshots).map(({ ordinal, users, removedAt, ...snapshot }) => ({
          ...snapshot,
        })),
      };
    },
    [WORLD]: world,
  };
}
