import type { Volume } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import { auditOfClouds, isChoiceKnown } from "../audit/audit.ts";
import { type Clouds, cloudsOf, listClouds } from "../clouds.ts";
import { isGood, type ObservedCloud, type ObservedSnapshot, volumeKey } from "../observe/inventory.ts";
import { observe } from "../observe/observe.ts";
import { readFor } from "../observe/read-steadily.ts";
import { withoutShared } from "../observe/shared-accounts.ts";
import { computePlan } from "../plan/plan.ts";
import { showRules } from "../plan/retention-decision.ts";
import type { VolumePlan } from "../plan/stored-plan.ts";
import { ownedBy } from "../policy/owned.ts";
import { isAbout } from "../policy/policy.ts";
import { selectVolumes } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { RestoreEntry, RunRecord } from "../record/entry.ts";
import { checkDate, invalidArgument, showFound } from "../retention/policy-error.ts";
import type { ShardOptions } from "../shard/scope.ts";
import { type BackupStatus, GRACE_MS, type StatusOptions, statusOfClouds } from "../status/status.ts";
import { takeTurns } from "../turns.ts";
import { type Calendar, createCalendar } from "./calendar.ts";
import { createOutlooks } from "./outlook.ts";
import { entriesUntil, proofsOf } from "./proofs.ts";
import { indexRecord } from "./record-index.ts";
import { billingOf, costOf, snapshotsOf } from "./snapshots.ts";
import type {
  BackupReport,
  ReportedCloud,
  ReportedPolicy,
  ReportedStanding,
  ReportedVolume,
  SnapshotPrice,
  UnprotectedVolume,
} from "./types.ts";
import { sentenceOf, unknownOf } from "./words.ts";

/** Days that are looked back at: five weeks. */
const DAYS = 35;
const MOST_DAYS = 400;
/** So many runs, drills and restores of the record are told. */
const MOST_ENTRIES = 200;

/** How the call is made, and what is known besides what the clouds show. */
export interface ReportOptions extends Omit<StatusOptions, keyof ShardOptions> {
  /** How many days are looked back at, from 1 to 400. Default 35. */
  readonly days?: number | undefined;
  /** Prices of snapshots by the name of the cloud. Default: none, and no cost is told. */
  readonly prices?: Readonly<Record<string, SnapshotPrice>> | undefined;
}

/**
 * How the backups of a fleet stand: what each volume has, since when and until when, what is missing, what nothing backs
 * up, and what cannot be known. Reads all clouds given as `plan` does, and changes nothing.
 *
 * @throws PolicyError `invalid_argument` for the name of a cloud that does not exist, an invalid date or number of days
 */
export async function backupReport(
  policies: readonly Policy[],
  clouds: Clouds,
  now: Date,
  options: ReportOptions = {},
): Promise<BackupReport> {
  const { graceMs = GRACE_MS, days = DAYS, record, prices = {}, abortSignal } = options;
  checkArguments(now, days);
  const about = new Set(cloudsOf(policies, clouds).map(({ name }) => name));
  const read = await readFor(now, options, () => observe(listClouds(clouds), policies, { abortSignal }));
  const { states } = read;
  const judged = states.filter(({ name }) => about.has(name));
  const status = await statusOfClouds(policies, judged, read.now, { graceMs, record, abortSignal });
  const plan = await computePlan(abortSignal, policies, judged, read.now, {});
  const audit = auditOfClouds(policies, states);
  const selection = selectVolumes(policies, states);
  const calendar = createCalendar(policies, read.now, {
    dayCount: days,
    graceMs,
    record: indexRecord(record),
  });
  const outlookOf = createOutlooks(read.now);

  const volumes: ReportedVolume[] = [];
  const inAMonth = new Map<string, number>();
  const plans = byVolume(plan.volumes);
  const standings = Map.groupBy(status.volumes, (each) => volumeKey(each.cloud, each.volumeId));
  const turns = takeTurns(abortSignal);
  for (const state of states) {
    if (state.state === "failed") continue;
    for (const volume of state.volumes) {
      const chosenBy = selection.policiesOf(state.name, volume.id);
      if (chosenBy.length === 0) continue;
      const all = state.snapshots.get(volume.id) ?? [];
      const own = new Map(chosenBy.map((policy) => [policy, ownedBy(policy, all)]));
      const key = volumeKey(state.name, volume.id);
      const outlooks = new Map([...own].map(([policy, owned]) => [policy, outlookOf(policy, owned)]));
      let later = all.length;
      for (const [policy, { inAMonth: held }] of outlooks) {
        const good = (own.get(policy) ?? []).filter((seen) => isGood(seen) && seen.early !== true).length;
        later += (held ?? good) - good;
        const policyKey = JSON.stringify([policy.id, state.name]);
        inAMonth.set(policyKey, (inAMonth.get(policyKey) ?? 0) + (held ?? good));
      }
      volumes.push({
        ...factsOf(state.name, volume),
        policies: standingsOf(standings.get(key) ?? [], own, calendar, state, volume),
        snapshots: snapshotsOf(all, own, outlooks, plans.get(key)),
        cost: costOf(all, prices[state.name]),
        inAMonth: later,
      });
      await turns.rest();
    }
  }

  // What two clouds of one account both show is counted once, as it is looked after once.
  const counted = withoutShared(states);
  const unprotected = audit.findings.filter(({ kind }) => kind === "volume_without_policy");
  const unprotectedIds = new Set(unprotected.map(({ cloud, ids }) => volumeKey(cloud, ids[0] ?? "")));
  const base = {
    now: read.now.toISOString(),
    verdict: status.verdict,
    counts: status.counts,
    graceMs,
    days: calendar.days,
    clouds: counted.map((state): ReportedCloud => {
      if (state.state === "failed") return { cloud: state.name, seen: false, problem: state.problem };
      return reportedCloud(state, volumes, prices[state.name]);
    }),
    policies: policies.flatMap((policy) =>
      states.flatMap((state): readonly ReportedPolicy[] => {
        const about = policyOn(policy, state.name);
        const isMeant = isAbout(policy, state.name);
        if (state.state === "failed") return isMeant ? [{ ...about, seen: false }] : [];
        // Of clouds that are one account, it may choose volumes of one that it does not name.
        const chosen = state.volumes.filter(({ id }) =>
          selection.policiesOf(state.name, id).includes(policy),
        );
        if (!isMeant && chosen.length === 0) return [];
        const owned = chosen.flatMap(({ id }) => ownedBy(policy, state.snapshots.get(id) ?? []));
        return [
          {
            ...about,
            seen: true,
            volumes: chosen.length,
            snapshots: owned.filter(isGood).length,
            inAMonth: inAMonth.get(JSON.stringify([policy.id, state.name])) ?? 0,
            cost: costOf(owned, prices[state.name]),
          },
        ];
      }),
    ),
    volumes,
    unprotected: counted.flatMap((state) =>
      state.state === "failed"
        ? []
        : state.volumes
            .filter(({ id }) => unprotectedIds.has(volumeKey(state.name, id)))
            .map((volume) => factsOf(state.name, volume)),
    ),
    unprotectedUnknown: states
      .filter((state) => state.state === "failed" || !isChoiceKnown(state, policies))
      .map(({ name }) => name),
    findings: audit.findings.filter(({ kind }) => kind !== "volume_without_policy"),
    proofs: proofsOf(states, record, read.now),
    ...(record === undefined ? {} : recorded(record, read.now)),
    problems: distinct([...status.problems, ...plan.problems, ...audit.problems]),
  };
  return {
    format: "polyvol-backup-report",
    version: 1,
    ...base,
    sentence: sentenceOf(base),
    unknown: unknownOf(base, status),
  };
}

function checkArguments(now: Date, days: number): void {
  checkDate(now, "now");
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
    const allowed = `a whole number from 1 to ${MOST_DAYS}`;
    throw invalidArgument([{ path: "days", found: showFound(days), allowed }]);
  }
}

function factsOf(cloud: string, { id, name, region, sizeGiB }: Volume): UnprotectedVolume {
  return { cloud, volumeId: id, volumeName: name, region, sizeGiB };
}

function standingsOf(
  standings: BackupStatus["volumes"],
  own: ReadonlyMap<Policy, readonly ObservedSnapshot[]>,
  calendar: Calendar,
  cloud: ObservedCloud,
  volume: Volume,
): readonly ReportedStanding[] {
  return [...own].flatMap(([policy, owned]) => {
    const standing = standings.find(({ policyId }) => policyId === policy.id);
    if (standing === undefined) return [];
    const { cloud: _, provider, volumeId, volumeName, ...rest } = standing;
    return [{ ...rest, days: calendar.cellsOf(policy, cloud.name, volume, owned) }];
  });
}

function reportedCloud(
  state: ObservedCloud,
  volumes: readonly ReportedVolume[],
  price: SnapshotPrice | undefined,
): ReportedCloud {
  const own = volumes.filter(({ cloud }) => cloud === state.name);
  const most = (countOf: (volume: ReportedVolume) => number): number =>
    own.reduce((largest, volume) => Math.max(largest, countOf(volume)), 0);
  return {
    cloud: state.name,
    provider: state.provider,
    seen: true,
    volumes: own.length,
    snapshotsPerVolume: state.capabilities.limits.snapshotsPerVolume,
    fullest: { now: most(({ snapshots }) => snapshots.length), inAMonth: most(({ inAMonth }) => inAMonth) },
    billing: billingOf(state),
    ...(price === undefined ? {} : { price }),
    cost: costOf([...state.snapshots.values()].flat(), price),
  };
}

function policyOn(
  { id, schedule: { definition }, retention }: Policy,
  cloud: string,
): Pick<ReportedPolicy, "policyId" | "cloud" | "schedule" | "timezone" | "rules"> {
  const { cron, every } = definition;
  return {
    policyId: id,
    cloud,
    schedule: cron ?? `every ${every}`,
    timezone: retention.timezone,
    rules: showRules(retention),
  };
}

function recorded(
  record: RunRecord,
  now: Date,
): Pick<BackupReport, "record" | "runs" | "drills" | "offsites"> {
  const [since] = record.entries.map(({ startedAt }) => startedAt).sort();
  const entries = entriesUntil(record, now);
  const runs = entries.flatMap((entry) => {
    if (entry.kind !== "run") return [];
    const { made, unmade, deleted, ...rest } = entry;
    return [rest];
  });
  const drills = entries.filter(
    (each): each is RestoreEntry => each.kind === "drill" || each.kind === "restore",
  );
  const offsites = entries.filter((each) => each.kind === "offsite");
  return {
    record: omitUndefined({ since, entries: record.entries.length, aside: record.aside }),
    runs: runs.slice(0, MOST_ENTRIES),
    drills: drills.slice(0, MOST_ENTRIES),
    offsites: offsites.slice(0, MOST_ENTRIES),
  };
}

/** Each once. */
function distinct(problems: readonly BackupProblem[]): readonly BackupProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ cloud, policyId, volumeId, message }) => {
    const key = JSON.stringify([cloud, policyId, volumeId, message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function byVolume(plans: readonly VolumePlan[]): ReadonlyMap<string, VolumePlan> {
  return new Map(plans.map((plan) => [volumeKey(plan.cloud, plan.volumeId), plan]));
}
