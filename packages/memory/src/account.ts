import type { Capabilities, Clock } from "@polyvol/core";
import { monotonicTime, systemClock } from "@polyvol/core/driver";
import { createCallCounter, type MemoryCalls } from "./calls.ts";
import { memoryCapabilities } from "./capabilities.ts";
import { createFaultQueue, type MemoryFault } from "./faults.ts";
import { checkAccountOptions, type MemoryAccountOptions, resolveSettings } from "./options.ts";
import { createSnapshots, type Snapshots } from "./snapshots.ts";
import {
  createSchedule,
  type MemoryState,
  present,
  type SnapshotRecord,
  STATE,
  type VolumeRecord,
} from "./state.ts";
import { createVolumes, type Volumes } from "./volumes.ts";

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
  /** Everything that is there now; not counted as a call. */
  dump(): MemoryDump;
  /** The account's inside; only the drivers of this package read it. */
  readonly [STATE]: AccountInside;
}

interface AccountInside {
  readonly state: MemoryState;
  readonly volumes: Volumes;
  readonly snapshots: Snapshots;
}

/** Makes an empty account. @throws PolyvolError `invalid_argument` for an option that does not exist or does not fit */
export function createMemoryAccount(given: MemoryAccountOptions = {}): MemoryAccount {
  const options = checkAccountOptions(given);
  const clock = options.clock ?? systemClock;
  const capabilities = memoryCapabilities(options);
  const settings = resolveSettings(options, capabilities.snapshotNames.enforced);
  const counts = { resource: 0, job: 0, request: 0 };
  const state: MemoryState = {
    clock,
    monotonicNow: monotonicTime(clock),
    capabilities,
    settings,
    volumes: new Map(),
    snapshots: new Map(),
    lastSnapshotAt: new Map(),
    jobs: new Map(),
    spellings: new Map(),
    schedule: createSchedule(),
    faults: createFaultQueue(),
    calls: createCallCounter(),
    next(kind) {
      const ordinal = ++counts[kind === "volume" || kind === "snapshot" ? "resource" : kind];
      return { id: `${kind}-${String(ordinal).padStart(6, "0")}`, ordinal };
    },
  };
  const snapshots = createSnapshots(state);
  return {
    clock,
    capabilities,
    calls: state.calls,
    inject: state.faults.add,
    clearFaults: state.faults.clear,
    dump() {
      state.schedule.runDue(clock.now());
      return {
        volumes: present(state.volumes).map(({ ordinal, change, removedAt, ...volume }) => volume),
        snapshots: present(state.snapshots).map(({ ordinal, users, removedAt, ...snapshot }) => snapshot),
      };
    },
    [STATE]: { state, snapshots, volumes: createVolumes(state, snapshots) },
  };
}
