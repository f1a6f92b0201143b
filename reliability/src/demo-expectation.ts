import type { Emulator, Inventory } from "@polyvol/emulators";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** How many snapshots of a policy stay, in the words of its retention. */
export interface Rules {
  readonly daily?: number;
  readonly weekly?: number;
  readonly last?: number;
}

/** A policy of the demo, with all that is needed to count independently of the library what it should lead to. */
export interface ExpectedPolicy {
  readonly id: string;
  /** What it chooses: names that begin with one of these. */
  readonly prefixes: readonly string[];
  readonly rules: Rules;
  /** When it is due, as the configuration says it. */
  readonly cron: string;
  /** The newest slot at or before an instant, both in milliseconds since the epoch. */
  readonly newestSlot: (at: number) => number;
}

/** The two policies of the demo, both at an hour of the day in UTC: one of every night, one of Sundays for the databases. */
export function expectedPolicies(hour: number): readonly ExpectedPolicy[] {
  return [
    policy("nightly", ["db-", "web-", "mail-", "files-"], { daily: 7, weekly: 4 }, `0 ${hour} * * *`, (at) =>
      newest(at, hour * HOUR_MS, DAY_MS),
    ),
    policy("sundays", ["db-"], { last: 2 }, `30 ${hour} * * 0`, (at) =>
      // The epoch began on a Thursday: the first Sunday is its fourth day.
      newest(at, 3 * DAY_MS + hour * HOUR_MS + 30 * MINUTE_MS, 7 * DAY_MS),
    ),
  ];
}

function policy(
  id: string,
  prefixes: readonly string[],
  rules: Rules,
  cron: string,
  newestSlot: (at: number) => number,
): ExpectedPolicy {
  return { id, prefixes, rules, cron, newestSlot };
}

function newest(at: number, first: number, everyMs: number): number {
  return first + Math.floor((at - first) / everyMs) * everyMs;
}

/**
 * Which slots should have a snapshot, counted anew with plain arithmetic in UTC: nothing of `@polyvol/backup` is used
 * here, so that a mistake there cannot hide.
 *
 * @param slots milliseconds since the epoch, each once
 */
export function keptSlots(slots: readonly number[], rules: Rules): ReadonlySet<number> {
  const newestFirst = [...slots].sort((a, b) => b - a);
  const kept = new Set(newestFirst.slice(0, 1));
  newestOfEach(newestFirst, rules.daily ?? 0, (slot) => Math.floor(slot / DAY_MS), kept);
  // Weeks begin on Monday; the epoch began on a Thursday.
  newestOfEach(newestFirst, rules.weekly ?? 0, (slot) => Math.floor((slot / DAY_MS + 3) / 7), kept);
  newestOfEach(newestFirst, rules.last ?? 0, (slot) => slot, kept);
  return kept;
}

/** Keeps the newest of each of the newest `count` periods, and the oldest of all while periods are left over. */
function newestOfEach(
  newestFirst: readonly number[],
  count: number,
  periodOf: (slot: number) => number,
  kept: Set<number>,
): void {
  const periods = new Set<number>();
  for (const slot of newestFirst) {
    const period = periodOf(slot);
    if (periods.has(period) || periods.size === count) continue;
    periods.add(period);
    kept.add(slot);
  }
  const oldest = newestFirst.at(-1);
  if (oldest !== undefined && periods.size < count) kept.add(oldest);
}

/** All that an emulator holds of a resource, as JSON. */
interface Detailed {
  readonly text: string;
}

export type HeldVolume = Inventory["volumes"][number] & Detailed;
export type HeldSnapshot = Inventory["snapshots"][number] & Detailed;

/** What a cloud really holds, read past the API that the adapters use. */
export interface Holdings {
  readonly volumes: readonly HeldVolume[];
  readonly snapshots: readonly HeldSnapshot[];
}

export function holdingsOf(emulator: Pick<Emulator, "inventory" | "state">): Holdings {
  const state = emulator.state() as Readonly<Record<keyof Holdings, readonly { readonly id: string }[]>>;
  const texts = new Map(
    [...state.volumes, ...state.snapshots].map((each) => [each.id, JSON.stringify(each)]),
  );
  const { volumes, snapshots } = emulator.inventory();
  return {
    volumes: volumes.map((each) => ({ ...each, text: texts.get(each.id) ?? "" })),
    snapshots: snapshots.map((each) => ({ ...each, text: texts.get(each.id) ?? "" })),
  };
}

/** What a cloud has to hold. */
export interface Expectation {
  readonly cloud: string;
  /** Those that were there before anything began: none may be missing or different. */
  readonly volumes: readonly HeldVolume[];
  /** Snapshots of somebody else: none may be missing or different. */
  readonly foreign: readonly HeldSnapshot[];
  /** Volumes that must have come in addition, by name. */
  readonly added: readonly string[];
  /** The snapshots that policies must have left: one of each slot. */
  readonly kept: readonly KeptSlots[];
}

/** The slots of one policy on one volume that must have a snapshot, in milliseconds since the epoch. */
export interface KeptSlots {
  readonly volumeId: string;
  readonly volumeName: string;
  readonly policyId: string;
  readonly slots: ReadonlySet<number>;
  /** The slot that was due in the newest night. */
  readonly due: number;
}

/** What a cloud must hold after each of the nights; `before` is what it held before anything happened. */
export function createExpectations(
  name: string,
  before: Holdings,
  policies: readonly ExpectedPolicy[],
): (nights: readonly number[], added?: readonly string[]) => Expectation {
  return (nights, added = []) => ({
    cloud: name,
    volumes: before.volumes,
    foreign: before.snapshots,
    added,
    kept: before.volumes.flatMap((volume) =>
      policies.filter((policy) => chooses(policy, volume)).map((policy) => keptOf(volume, policy, nights)),
    ),
  });
}

/** Whether a policy is about a volume, by the beginning of its name. */
export function chooses({ prefixes }: ExpectedPolicy, { name }: Pick<HeldVolume, "name">): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function keptOf(volume: HeldVolume, policy: ExpectedPolicy, nights: readonly number[]): KeptSlots {
  // A slot is due once however many nights pass before the next; a night never makes up for an older one.
  const due = nights.map((night) => policy.newestSlot(night));
  return {
    volumeId: volume.id,
    volumeName: volume.name,
    policyId: policy.id,
    slots: keptSlots([...new Set(due)], policy.rules),
    due: due.at(-1) ?? Number.NaN,
  };
}
