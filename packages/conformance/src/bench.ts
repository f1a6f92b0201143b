import {
  type BlockStorage,
  type BlockStorageOptions,
  type Capabilities,
  type Capability,
  type CreateSnapshotInput,
  type CreateVolumeInput,
  createBlockStorage,
  type Limit,
  type Limits,
  type NameRule,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import {
  type BlockStorageDriver,
  type CallContext,
  omitUndefined,
  type VirtualClock,
} from "@polyvol/core/driver";
import type { Harness, HarnessFault, HarnessRequests, Holdings } from "./harness.ts";
import { createTracker } from "./tracked-storage.ts";

/** What one test works with: a storage on the harness's driver, and short ways to say what tests often say. */
export interface Bench {
  readonly harness: Harness;
  readonly driver: BlockStorageDriver;
  readonly clock: VirtualClock;
  readonly capabilities: Capabilities;
  readonly limits: Limits;
  readonly storage: BlockStorage;
  /** A storage on the same driver with other settings. */
  storageWith(options: BlockStorageOptions): BlockStorage;
  /** A storage on another driver; what is made with it is not removed in the end. */
  storageOn(driver: BlockStorageDriver): BlockStorage;
  /** A storage of a second process over the same account. */
  secondProcess(): BlockStorage;
  /** The smallest size that a volume may have, and the next ones after it. */
  size(steps?: number): number;
  /** A name that the rule allows, a new one at each call. */
  volumeName(): string;
  snapshotName(): string;
  /** Makes a volume of the smallest size. */
  volume(input?: Partial<CreateVolumeInput>): Promise<Volume>;
  /** Takes a snapshot, once the provider's gap since the one before is over. */
  snapshot(volumeId: string, input?: Partial<CreateSnapshotInput>): Promise<Snapshot>;
  /** Lets the provider's gap between two snapshots pass. */
  passGap(): Promise<void>;
  /** The context of a call that goes to the driver directly. */
  context(operation: string): CallContext;
  /** The documented number. Skips the test where none is known or there is no such limit. */
  limit(name: "snapshotsPerVolume" | "snapshotGapMs"): number;
  /** Two servers. */
  servers(): readonly [string, string];
  inject(fault: HarnessFault): void;
  /** Takes back all faults, whether they have struck or not. */
  clearFaults(): void;
  requests(): HarnessRequests;
  holds(): Promise<Holdings>;
  /** Notes a name that was used behind the storage's back. */
  remember(kind: "volume" | "snapshot", name: string): void;
  /** Ends the test as skipped: the driver has nothing that the case is about. */
  skip(capability: string): never;
}

/** A bench together with its end. */
export interface OpenBench {
  readonly bench: Bench;
  /** Removes what was made and returns what is left over nevertheless. */
  close(): Promise<readonly string[]>;
  /** The end where no call can be trusted to come back: removes nothing. */
  abandon(): Promise<readonly string[]>;
  /** Throws where faults that were injected, and not taken back, have struck nothing. */
  expectFaultsSpent(): void;
}

/** More strikes of a fault than any call makes attempts. */
export const ALWAYS: number = 1_000;

/** Jitter that is always in the middle of its range: two runs of a test are the same run. */
const MIDDLE = (): number => 0.5;

export async function openBench(harness: Harness): Promise<OpenBench> {
  const { driver, clock } = harness;
  const { capabilities } = driver;
  const { limits } = capabilities;
  const tracker = createTracker();
  const plain = makeStorage(driver, {});
  const before = heldIds(await harness.holds());
  let names = 0;
  let injected: readonly HarnessFault[] = [];

  function makeStorage(of: BlockStorageDriver, options: BlockStorageOptions): BlockStorage {
    return createBlockStorage(of, {
      clock,
      random: MIDDLE,
      ...omitUndefined(harness.options ?? {}),
      ...options,
    });
  }
  function nextName(rule: NameRule): string {
    names += 1;
    return fittingName(rule, `kit-${names}`);
  }
  async function passGap(): Promise<void> {
    const gap = limits.snapshotGapMs;
    if (gap !== "unknown" && gap > 0) await clock.sleep(gap + 1_000);
  }
  clock.runFreely();

  const bench: Bench = {
    harness,
    driver,
    clock,
    capabilities,
    limits,
    storage: tracker.track(plain),
    storageWith: (options) => tracker.track(makeStorage(driver, options)),
    storageOn: (other) => makeStorage(other, {}),
    secondProcess: () => tracker.track(makeStorage(harness.secondProcess(), {})),
    size: (steps = 0) => limits.volumeSize.minimumGiB + steps * limits.volumeSize.stepGiB,
    volumeName: () => nextName(limits.volumeName),
    snapshotName: () => nextName(limits.snapshotName),
    volume: (input = {}) =>
      bench.storage.volumes.create({ name: bench.volumeName(), sizeGiB: bench.size(), ...input }),
    snapshot: async (volumeId, input = {}) => {
      await passGap();
      return await bench.storage.snapshots.create({ volumeId, name: bench.snapshotName(), ...input });
    },
    passGap,
    context: (operation) => {
      const end = clock.now() + 60_000;
      return {
        operation,
        abortSignal: new AbortController().signal,
        remainingMs: () => end - clock.now(),
        emit: () => undefined,
      };
    },
    limit: (name) => {
      const value: Limit = limits[name];
      if (value === "unknown" || value === 0) throw new NotApplicable(`limits.${name}`);
      return value;
    },
    servers: () => {
      const [first, second] = harness.ids.servers;
      if (first === undefined || second === undefined) throw new Error("the harness needs two servers");
      return [first, second];
    },
    inject: (fault) => {
      injected = [...injected, fault];
      harness.faults.inject(fault);
    },
    clearFaults: () => {
      injected = [];
      harness.faults.clear();
    },
    requests: () => harness.requests(),
    holds: async () => await harness.holds(),
    remember: tracker.remember,
    skip: (capability) => {
      throw new NotApplicable(capability);
    },
  };
  return {
    bench,
    expectFaultsSpent: () => {
      const waiting = harness.faults.waiting?.() ?? 0;
      if (waiting === 0) return;
      const which = injected.map(({ on, effect }) => `${effect} on ${on}`).join(", ");
      throw new Error(
        `${waiting} of these faults struck no request, so the test has shown nothing: ${which}. ` +
          "Compare the method and the path that the harness gives a fault with what the driver sends.",
      );
    },
    abandon: async () => {
      await harness.dispose?.();
      return [];
    },
    close: async () => {
      harness.faults.clear();
      try {
        // What was made a moment ago need not be listed yet.
        await clock.sleep(driver.settleMs);
        await tracker.removeAll(plain, clock);
        const after = await harness.holds();
        return [...after.volumes, ...after.snapshots]
          .filter((each) => !before.has(each.id))
          .map((each) => `${each.name} (${each.id})`);
      } finally {
        await harness.dispose?.();
      }
    },
  };
}

function heldIds(holdings: Holdings): ReadonlySet<string> {
  return new Set([...holdings.volumes, ...holdings.snapshots].map((each) => each.id));
}

/** `wanted` in the form that the rule allows. */
export function fittingName(rule: NameRule, wanted: string): string {
  const pattern = new RegExp(`^(?:${rule.pattern})$`);
  const longEnough = wanted.padEnd(rule.minLength, "0");
  const forms = [longEnough, longEnough.replaceAll("-", ""), longEnough.toUpperCase()];
  const fitting = forms.find((form) => form.length <= rule.maxLength && pattern.test(form));
  if (fitting === undefined) throw new Error(`the kit has no name that is ${rule.inWords}`);
  return fitting;
}

/** A name of exactly so many characters. */
export function nameOfLength(rule: NameRule, length: number): string {
  return fittingName({ ...rule, minLength: length, maxLength: length }, "kit").slice(0, length);
}

/** Thrown inside a case that does not apply to the driver; it is reported as skipped, with what was missing. */
export class NotApplicable extends Error {
  /** The missing capability, or the limit or behaviour that the case is about. */
  readonly capability: string;

  constructor(capability: string) {
    super(`needs ${capability}`);
    this.capability = capability;
  }
}

/** Thrown by the check of the harness where every further test would fail for the same reason, and say less. */
export class UnsoundHarness extends Error {}

/** The first of `needs` that the driver does not report. */
export function missingCapability(
  capabilities: Capabilities,
  needs: readonly Capability[],
): Capability | undefined {
  return needs.find((each) => !capabilities.supports.includes(each));
}

/** Enough for pages of two to be three. */
export async function fiveVolumes(bench: Bench): Promise<readonly Volume[]> {
  const made: Volume[] = [];
  for (let count = 0; count < 5; count += 1) made.push(await bench.volume());
  return made;
}
