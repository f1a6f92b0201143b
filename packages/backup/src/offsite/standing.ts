import type { RunReport } from "../apply/report.ts";
import { parseSnapshotName } from "../naming.ts";
import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import type { VolumePlace } from "../plan/stored-plan.ts";
import type { Offsite, Policy } from "../policy/types.ts";
import type { OffsiteEntry, RunRecord } from "../record/entry.ts";

/** By so much of `every` a volume is due earlier, so that a timer of the same length need not be punctual. */
const IN_HAND = 0.1;
/** By so much of `every` the next success may come later: taking a fleet off-site takes hours. */
const PATIENCE = 0.5;

/**
 * How what has left the cloud stands for one policy on one volume.
 *
 * - `fresh`: the last success began no longer ago than `every` and half of it, or the slot after what has left came no longer
 *   ago than half of `every`, or is to come.
 * - `late`: there was one, but longer ago.
 * - `never`: the record knows of none until now, and there has been a snapshot for as long.
 * - `new`: the record knows of none until now, and the first snapshot is younger, or there is none.
 * - `unknown`: without a record nobody knows, since nothing in the cloud remembers it.
 */
export type OffsiteFreshness = "fresh" | "late" | "never" | "new" | "unknown";

/** What has left the cloud of one volume, by one policy. Instants are ISO 8601 in UTC. */
export interface OffsiteStanding {
  /** How it stands. */
  readonly state: OffsiteFreshness;
  /** From when on it is late, or has never happened, unless it succeeds; absent where that is not known. */
  readonly deadline?: string;
  /** The last success, where the record knows of one. */
  readonly last?: {
    /** When it ended. */
    readonly at: string;
    /** The snapshot whose data it was, by id. */
    readonly snapshotId: string;
    /** When that was taken: what is stored is as old as this. */
    readonly takenAt: string;
  };
}

/** The last success of a policy on a volume. */
export type LastOffsite = (policy: Policy, cloud: string, volumeId: string) => OffsiteEntry | undefined;

/**
 * Puts a record in order by what has left the clouds until `now`. `undefined` without a record: nothing is known. A line
 * with a later date is of a clock that has been set back since: when that was, nobody knows, so it counts for nothing.
 */
export function indexOffsite(record: RunRecord | undefined, now: number): LastOffsite | undefined {
  if (record === undefined) return undefined;
  const last = new Map<string, OffsiteEntry>();
  for (const entry of record.entries) {
    // Whether the temporary volume could be removed as well, is another matter.
    if (entry.kind !== "offsite" || entry.command?.exitCode !== 0 || entry.policyId === undefined) continue;
    if (Date.parse(entry.runStartedAt) > now) continue;
    const key = keyOf(entry.policyId, entry.cloud, entry.volumeId);
    const known = last.get(key);
    if (known === undefined || Date.parse(known.runStartedAt) <= Date.parse(entry.runStartedAt))
      last.set(key, entry);
  }
  return ({ id, formerIds }, cloud, volumeId) => {
    const found = [id, ...formerIds].flatMap((each) => last.get(keyOf(each, cloud, volumeId)) ?? []);
    return found.toSorted((a, b) => Date.parse(b.runStartedAt) - Date.parse(a.runStartedAt))[0];
  };
}

/** When the first snapshot of a policy on a volume was taken, as far as a record tells, in milliseconds; else infinity. */
export type FirstTaken = (policy: Policy, cloud: string, volumeId: string) => number;

/** Rules may keep less than `every` is long: then no snapshot that is there is old, and what was made before, a record tells. */
export function indexFirstTaken(record: RunRecord | undefined, now: number): FirstTaken {
  const first = new Map<string, number>();
  const see = (key: string, takenAt: number): void => {
    if (takenAt <= now) first.set(key, Math.min(first.get(key) ?? Infinity, takenAt));
  };
  for (const entry of record?.entries ?? []) {
    if (entry.kind === "offsite" && entry.policyId !== undefined && entry.snapshot !== undefined)
      see(keyOf(entry.policyId, entry.cloud, entry.volumeId), Date.parse(entry.snapshot.takenAt));
    if (entry.kind !== "run") continue;
    for (const { cloud, policyId, slot, volumeIds, delaysSeconds } of entry.made) {
      volumeIds.forEach((id, index) => {
        see(keyOf(policyId, cloud, id), Date.parse(slot) + (delaysSeconds[index] ?? 0) * 1_000);
      });
    }
  }
  return ({ id, formerIds }, cloud, volumeId) =>
    Math.min(...[id, ...formerIds].map((each) => first.get(keyOf(each, cloud, volumeId)) ?? Infinity));
}

/** From when on it is time again, in milliseconds, after a success that began at `runStartedAt`. */
export function dueAgainAt({ everyMs }: Offsite, { runStartedAt }: OffsiteEntry): number {
  return Date.parse(runStartedAt) + everyMs * (1 - IN_HAND);
}

/** What is known of what has left, and when that is asked. */
export interface OffsiteLook {
  readonly lastOffsite: LastOffsite | undefined;
  readonly firstTaken: FirstTaken;
  readonly now: Date;
}

/**
 * How a policy with `offsite` stands on a volume. `own` are the policy's snapshots of it. Where `every` is shorter than the
 * schedule, what has left is the newest until the next slot comes, and nothing is late.
 */
export function offsiteStanding(
  { policy, offsite }: { readonly policy: Policy; readonly offsite: Offsite },
  { cloud, volumeId }: { readonly cloud: string; readonly volumeId: string },
  own: readonly ObservedSnapshot[],
  { lastOffsite, firstTaken, now }: OffsiteLook,
): OffsiteStanding {
  if (lastOffsite === undefined) return { state: "unknown" };
  const { everyMs } = offsite;
  const last = lastOffsite(policy, cloud, volumeId);
  if (last?.snapshot !== undefined) {
    const { id: snapshotId, name, takenAt } = last.snapshot;
    const slot = parseSnapshotName(name, volumeId)?.slot.getTime() ?? 0;
    const next = policy.schedule.firstAfter(Math.max(slot, Date.parse(takenAt)));
    const told = { at: last.finishedAt, snapshotId, takenAt };
    if (next === undefined) return { state: "fresh", last: told };
    const deadline = Math.max(Date.parse(last.runStartedAt) + everyMs, next) + everyMs * PATIENCE;
    return {
      state: now.getTime() <= deadline ? "fresh" : "late",
      deadline: new Date(deadline).toISOString(),
      last: told,
    };
  }
  const first = own
    .filter(isGood)
    .reduce(
      (oldest, { snapshot }) => Math.min(oldest, snapshot.createdAt.getTime()),
      firstTaken(policy, cloud, volumeId),
    );
  if (first === Infinity) return { state: "new" };
  const deadline = first + everyMs * (1 + PATIENCE);
  return {
    state: now.getTime() <= deadline ? "new" : "never",
    deadline: new Date(deadline).toISOString(),
  };
}

/** How many stand how; `undefined` where no policy takes anything off-site. */
export function countOffsite(
  standings: readonly (OffsiteStanding | undefined)[],
): Readonly<Record<OffsiteFreshness, number>> | undefined {
  const counts: Record<OffsiteFreshness, number> = { fresh: 0, late: 0, never: 0, new: 0, unknown: 0 };
  let found = false;
  for (const standing of standings) {
    if (standing === undefined) continue;
    found = true;
    counts[standing.state] += 1;
  }
  return found ? counts : undefined;
}

/** Whether something is known not to have left in time. */
export function isBehind(counts: Readonly<Record<OffsiteFreshness, number>> | undefined): boolean {
  return counts !== undefined && counts.late + counts.never > 0;
}

function keyOf(policyId: string, cloud: string, volumeId: string): string {
  return JSON.stringify([policyId, cloud, volumeId]);
}

/** A volume whose turn it is to leave its cloud, by one policy. */
export interface OffsiteDue extends Omit<VolumePlace, "provider"> {
  /** The policy. */
  readonly policyId: string;
}

/**
 * Which volumes are due off-site when a run has ended, as far as a record says it. One without any good snapshot is not,
 * nor one whose newest has left. Looks at nothing.
 */
export function offsiteDue(
  { plan, volumes, finishedAt }: RunReport,
  policies: readonly Policy[],
  record: RunRecord,
): readonly OffsiteDue[] {
  const lastOffsite = indexOffsite(record, Date.parse(finishedAt));
  const made = new Map(
    volumes.flatMap(({ cloud, volumeId, created }) =>
      created.map(({ policyId, slot }) => [JSON.stringify([cloud, volumeId, policyId]), slot] as const),
    ),
  );
  return plan.volumes.flatMap(({ cloud, volumeId, volumeName, policies: own }) =>
    own.flatMap(({ policyId, newestSlot }): OffsiteDue[] => {
      const policy = policies.find(({ id }) => id === policyId);
      const newest = made.get(JSON.stringify([cloud, volumeId, policyId])) ?? newestSlot;
      if (policy?.offsite === undefined || newest === undefined) return [];
      const last = lastOffsite?.(policy, cloud, volumeId);
      const left = parseSnapshotName(last?.snapshot?.name ?? "", volumeId)?.slot.toISOString();
      const isNewer = left === undefined || newest > left;
      const isDue =
        last === undefined || (isNewer && Date.parse(finishedAt) >= dueAgainAt(policy.offsite, last));
      return isDue ? [{ cloud, volumeId, volumeName, policyId }] : [];
    }),
  );
}
