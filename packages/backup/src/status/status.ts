import type { Volume } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import type { Clouds } from "../clouds.ts";
import { HOUR_MS } from "../duration.ts";
import { goneNamesakesOf } from "../observe/gone-volumes.ts";
import { hiddenIn } from "../observe/hidden-marks.ts";
import { type CloudState, isGood, madeAt, type ObservedCloud } from "../observe/inventory.ts";
import { observe } from "../observe/observe.ts";
import { type LookOptions, readFor } from "../observe/read-steadily.ts";
import {
  countOffsite,
  indexFirstTaken,
  indexOffsite,
  isBehind,
  type OffsiteFreshness,
  type OffsiteLook,
  type OffsiteStanding,
  offsiteStanding,
} from "../offsite/standing.ts";
import { findDue } from "../plan/due.ts";
import type { MissedSlots, VolumePlace } from "../plan/stored-plan.ts";
import { ownedBy } from "../policy/owned.ts";
import { selectVolumes } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import type { UnmatchedSelector } from "../policy/unmatched.ts";
import type { BackupProblem } from "../problem.ts";
import type { RunRecord } from "../record/entry.ts";
import { checkDate } from "../retention/policy-error.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { nextSlot } from "../schedule/slots.ts";
import { type ReportedShard, type Scope, type ShardOptions, scopeOf } from "../shard/scope.ts";
import { takeTurns } from "../turns.ts";

/** A run may take so long after a slot before its snapshot counts as late. */
export const GRACE_MS: number = HOUR_MS;

/** How the call is made. */
export interface StatusOptions extends ShardOptions, LookOptions {
  /**
   * How long after a slot its snapshot may be missing, in milliseconds. Default one hour. Never longer than until the
   * slot after it.
   */
  readonly graceMs?: number | undefined;
  /**
   * What commands have left behind, from `readRecord`: nothing else knows what has left the clouds. Default: none, and
   * that is `unknown`.
   */
  readonly record?: RunRecord | undefined;
}

/**
 * How one policy stands on one volume.
 *
 * - `fresh`: there is a good snapshot of the newest due slot, or that slot came due within the grace.
 * - `late`: there are good snapshots, but none of the newest due slot although the grace is over.
 * - `missing`: there is none at all.
 * - `new`: there is none at all, and the volume is younger than the grace, or nothing has come due yet.
 */
export type Freshness = "fresh" | "late" | "missing" | "new";

/** One policy on one volume, as plain JSON. Instants are ISO 8601 in UTC. */
export interface VolumeStatus extends VolumePlace {
  /** The policy. */
  readonly policyId: string;
  /** How the policy stands. */
  readonly freshness: Freshness;
  /** The newest slot that is due. */
  readonly dueSlot?: string;
  /** The next slot after now. */
  readonly nextSlot?: string;
  /** The newest good snapshot of the policy. */
  readonly newest?: {
    /** Its id. */
    readonly snapshotId: string;
    /** Its name. */
    readonly name: string;
    /** The slot that it is of. */
    readonly slot: string;
    /** Time since its slot, in milliseconds, whenever it was taken. */
    readonly ageMs: number;
  };
  /**
   * How long the newest due slot has been without a snapshot, in milliseconds; 0 when it has one, and for a volume that
   * is `new`, which none is asked of yet.
   */
  readonly overdueMs: number;
  /**
   * From when on it is late, or its snapshot missing, unless one is made, however long ago it was looked at; absent where the
   * schedule has no further slot.
   */
  readonly deadline?: string;
  /** Slots that nothing was made for. */
  readonly missed: MissedSlots;
  /** Good snapshots of the policy. */
  readonly snapshots: number;
  /**
   * Snapshots of the policy in an error state: they count as no backups. The next run removes them, but for held ones
   * and for those that a later change has left so and a rule would keep.
   */
  readonly failed: number;
  /** What has left the cloud; absent for a policy without `offsite`. */
  readonly offsite?: OffsiteStanding;
}

/** Freshness of everything that policies ask for. */
export interface BackupStatus {
  /** The instant that it holds for. */
  readonly now: string;
  /** How long after a slot its snapshot may be missing, in milliseconds. */
  readonly graceMs: number;
  /**
   * `fresh`: all is (or new). `stale`: something is late or missing, or by the record has not left its cloud in time.
   * `failed`: something could not be looked at, or a selector is wrong; whatever else holds.
   */
  readonly verdict: "fresh" | "stale" | "failed";
  /** How many of the volumes are how fresh. */
  readonly counts: Readonly<Record<Freshness, number>>;
  /** How many of them stand how off-site; absent where no policy has `offsite`. */
  readonly offsite?: Readonly<Record<OffsiteFreshness, number>>;
  /** By cloud, volume id and policy. */
  readonly volumes: readonly VolumeStatus[];
  /** Clouds that could not be read: nothing is known of their volumes. The reason is among the problems. */
  readonly unread: readonly string[];
  /** What could not be read, and selectors that are wrong. */
  readonly problems: readonly BackupProblem[];
  /** The shard that it is about; absent where it is about all clouds. */
  readonly shard?: ReportedShard;
  /**
   * Of a shard: parts of selectors that nothing fits in it. Whether that is a mistake is told by `mergeStatus`, from all
   * shards; absent where there are none.
   */
  readonly unmatched?: readonly UnmatchedSelector[];
}

/** Holds what is there against the schedules. Reads as `plan` does and changes nothing. */
export async function status(
  policies: readonly Policy[],
  clouds: Clouds,
  now: Date,
  options: StatusOptions = {},
): Promise<BackupStatus> {
  return (await readStatus(policies, clouds, now, options)).status;
}

/** {@link status} with what it was read from, and the instant that it holds for. */
export async function readStatus(
  policies: readonly Policy[],
  clouds: Clouds,
  now: Date,
  options: StatusOptions,
): Promise<{ readonly status: BackupStatus; readonly states: readonly CloudState[]; readonly now: Date }> {
  checkDate(now, "now");
  const scope = scopeOf(policies, clouds, options);
  const { abortSignal } = options;
  const read = await readFor(now, options, () => observe(scope.chosen, policies, { abortSignal }));
  return { ...read, status: await statusOfClouds(policies, read.states, read.now, options, scope) };
}

/** {@link status} of what was read. @throws the reason of the abort */
export async function statusOfClouds(
  policies: readonly Policy[],
  states: readonly CloudState[],
  now: Date,
  { graceMs = GRACE_MS, record, abortSignal }: StatusOptions,
  { elsewhere, shard }: Partial<Scope> = {},
): Promise<BackupStatus> {
  const about = {
    now,
    graceMs,
    lastOffsite: indexOffsite(record, now.getTime()),
    firstTaken: indexFirstTaken(record, now.getTime()),
  };
  const selection = selectVolumes(policies, states, elsewhere);
  const problems: BackupProblem[] = [];
  const volumes: VolumeStatus[] = [];
  const turns = takeTurns(abortSignal);
  for (const state of states) {
    if (state.state === "failed") {
      problems.push(state.problem);
      continue;
    }
    problems.push(...hiddenIn(state));
    for (const volume of state.volumes) {
      const chosenBy = selection.policiesOf(state.name, volume.id);
      if (chosenBy.length > 0) problems.push(...goneNamesakesOf(state, volume));
      for (const policy of chosenBy) {
        volumes.push(statusOf(state, volume, policy, about));
      }
      await turns.rest();
    }
  }
  problems.push(...selection.problems);
  const counts: Record<Freshness, number> = { fresh: 0, late: 0, missing: 0, new: 0 };
  for (const { freshness } of volumes) counts[freshness] += 1;
  const offsite = countOffsite(volumes.map((volume) => volume.offsite));
  const stale = counts.late + counts.missing > 0 || isBehind(offsite);
  const verdict = problems.length > 0 ? "failed" : stale ? "stale" : "fresh";
  const unread = states.filter(({ state }) => state === "failed").map(({ name }) => name);
  const { unmatched } = selection;
  return omitUndefined({
    now: now.toISOString(),
    graceMs,
    verdict,
    counts,
    volumes,
    unread,
    problems,
    offsite,
    shard,
    unmatched: unmatched.length === 0 ? undefined : unmatched,
  });
}

interface Look extends OffsiteLook {
  readonly graceMs: number;
}

function statusOf(cloud: ObservedCloud, volume: Volume, policy: Policy, look: Look): VolumeStatus {
  const { now, graceMs } = look;
  const own = ownedBy(policy, cloud.snapshots.get(volume.id) ?? []);
  const { dueSlot, newestSlot, missed, wanted } = findDue(policy, own, now);
  const good = own.filter((each) => isGood(each) && each.early !== true);
  const newest = good.find(({ backupName }) => backupName?.slot.getTime() === newestSlot?.getTime());
  const overdueMs = wanted === undefined ? 0 : now.getTime() - wanted.slot.getTime();
  const inGrace = overdueMs <= graceMs;
  const made = madeAt(volume, now.getTime());
  const judge = (): Freshness => {
    if (newest === undefined) {
      const young = made !== undefined && now.getTime() - made <= graceMs;
      return wanted === undefined || young ? "new" : "missing";
    }
    // Of the slots before the newest due one, none may be missing either: their grace has ended with this one.
    return wanted === undefined || (inGrace && missed.count === 0) ? "fresh" : "late";
  };
  const freshness = judge();
  const { offsite } = policy;
  const place = { cloud: cloud.name, volumeId: volume.id };
  const deadline = deadlineOf({
    schedule: policy.schedule,
    newestSlot: newestSlot?.getTime(),
    madeAt: made ?? 0,
    graceMs,
  });
  return omitUndefined({
    cloud: cloud.name,
    provider: cloud.provider,
    volumeId: volume.id,
    volumeName: volume.name,
    policyId: policy.id,
    freshness,
    dueSlot: dueSlot?.toISOString(),
    nextSlot: nextSlot(policy.schedule, now)?.toISOString(),
    newest:
      newest === undefined || newestSlot === undefined
        ? undefined
        : {
            snapshotId: newest.snapshot.id,
            name: newest.snapshot.name,
            slot: newestSlot.toISOString(),
            ageMs: now.getTime() - newestSlot.getTime(),
          },
    overdueMs: freshness === "new" ? 0 : overdueMs,
    deadline: deadline === undefined ? undefined : new Date(deadline).toISOString(),
    missed,
    snapshots: good.length,
    failed: own.filter(({ snapshot }) => snapshot.state === "error").length,
    offsite: offsite && offsiteStanding({ policy, offsite }, place, own, look),
  });
}

/** What a deadline depends on. Instants are in milliseconds. */
interface DeadlineContext {
  readonly schedule: Schedule;
  /** The slot of the newest good snapshot. */
  readonly newestSlot: number | undefined;
  /** When the volume was made; 0 where that is not known. */
  readonly madeAt: number;
  readonly graceMs: number;
}

/**
 * The instant after which a policy is late on a volume, or its snapshot missing, unless one is made: it holds however
 * long ago the volume was looked at. Undefined where the schedule has no further slot.
 */
function deadlineOf({ schedule, newestSlot, madeAt, graceMs }: DeadlineContext): number | undefined {
  if (newestSlot === undefined) {
    // The first snapshot is missing as soon as the volume is older than the grace, if any slot has come by then.
    const grownUp = madeAt + graceMs;
    return schedule.lastAtOrBefore(grownUp) === undefined ? schedule.firstAfter(grownUp) : grownUp;
  }
  const wanted = schedule.firstAfter(newestSlot);
  if (wanted === undefined) return undefined;
  return Math.min(wanted + graceMs, schedule.firstAfter(wanted) ?? Number.POSITIVE_INFINITY);
}
