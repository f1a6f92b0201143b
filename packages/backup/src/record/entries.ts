import { omitUndefined } from "@polyvol/core/driver";
import type { RunReport, VolumeReport } from "../apply/report.ts";
import type { DrillReport } from "../drill/types.ts";
import { parseSnapshotName } from "../naming.ts";
import { volumeKey } from "../observe/inventory.ts";
import type { OffsiteVolume } from "../offsite/types.ts";
import type { VolumePlan } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import type { Restored } from "../restore/restore.ts";
import type { Shard } from "../shard/rendezvous.ts";
import type {
  OffsiteEntry,
  RecordEntry,
  RecordedOmissions,
  RecordedProblem,
  RestoreEntry,
  RunEntry,
} from "./entry.ts";

const HEAD = { format: "polyvol-record", version: 1 } as const;

/** So many problems are told with each entry, and so much of each message. */
const MOST_PROBLEMS = 20;
const MOST_CHARACTERS = 300;

/** What was called. */
export interface RecordedCall {
  /** What was called. Default `run`. */
  readonly command?: RunEntry["command"] | undefined;
  /** The policies that it was about. */
  readonly policies: readonly Policy[];
  /** The shard that it was about, of a run that has ended with an error. Default: all clouds. */
  readonly shard?: Shard | undefined;
}

/** When something began and ended. */
export interface RecordedTimes {
  /** When it began. */
  readonly startedAt: Date;
  /** When it ended. */
  readonly finishedAt: Date;
}

/** A run as a line of the record. */
export function runEntry(report: RunReport, { command = "run", policies }: RecordedCall): RunEntry {
  const { startedAt, finishedAt, ok, stopped, plan, volumes, problems, totals } = report;
  const done = new Map(volumes.map((volume) => [volumeKey(volume.cloud, volume.volumeId), volume]));
  const made = volumes.flatMap(({ cloud, volumeId, created }) =>
    created.map(({ policyId, slot, createdAt }) => {
      const delaySeconds = Math.round((Date.parse(createdAt) - Date.parse(slot)) / 1000);
      return [
        { cloud, policyId, slot },
        { volumeId, delaySeconds },
      ] as const;
    }),
  );
  const deleted = volumes.flatMap(({ cloud, volumeId, deleted: gone }) =>
    gone.flatMap(({ policyId, name, failed }) => {
      const slot = parseSnapshotName(name, volumeId)?.slot.toISOString();
      return slot === undefined
        ? []
        : [[omitUndefined({ cloud, policyId, slot, failed }), volumeId] as const];
    }),
  );
  const planned = plan.pruneOnly === true ? [] : plan.volumes;
  const unmade = planned.flatMap((volume) => {
    const { cloud, volumeId } = volume;
    const omissions = omissionsOf(volume, done.get(volumeKey(cloud, volumeId)), plan.problems);
    return omissions.map((omission) => [{ cloud, ...omission }, volumeId] as const);
  });
  const seen = new Set(plan.clouds.map(({ cloud }) => cloud));
  const unseen = new Set(
    problems.flatMap(({ cloud }) => (cloud === undefined || seen.has(cloud) ? [] : [cloud])),
  );
  return {
    ...HEAD,
    kind: "run",
    command,
    ...(plan.pruneOnly === true ? { pruneOnly: true } : {}),
    startedAt,
    finishedAt,
    ok,
    stopped,
    policyIds: policies.map(({ id }) => id),
    ...shardOf(plan.shard),
    clouds: [
      ...[...seen].map((cloud) => ({ cloud, seen: true })),
      ...[...unseen].map((cloud) => ({ cloud, seen: false })),
    ],
    totals: { volumes: plan.volumes.length, ...totals, problems: problems.length },
    made: grouped(made).map(([about, of]) => ({
      ...about,
      volumeIds: of.map(({ volumeId }) => volumeId),
      delaysSeconds: of.map(({ delaySeconds }) => delaySeconds),
    })),
    unmade: grouped(unmade).map(([about, volumeIds]) => ({ ...about, volumeIds })),
    deleted: grouped(deleted).map(([about, volumeIds]) => ({ ...about, volumeIds })),
    problems: shortProblems(problems),
  };
}

function shardOf(shard: Shard | undefined): Pick<RunEntry, "shard"> {
  return shard === undefined ? {} : { shard: { index: shard.index, count: shard.count } };
}

/** A run that has ended with an error as a line of the record: what it has done until then, it does not say. */
export function brokenRunEntry(
  error: unknown,
  { command = "run", policies, shard, startedAt, finishedAt }: RecordedCall & RecordedTimes,
): RunEntry {
  return {
    ...HEAD,
    kind: "run",
    command,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ok: false,
    stopped: false,
    broken: true,
    policyIds: policies.map(({ id }) => id),
    ...shardOf(shard),
    clouds: [],
    totals: { volumes: 0, created: 0, deleted: 0, left: 0, problems: 1 },
    made: [],
    unmade: [],
    deleted: [],
    problems: shortProblems([problemOf(error, "attention", {})]),
  };
}

/** A drill as a line of the record. */
export function drillEntry(report: DrillReport): RestoreEntry {
  const { cloud, ok, startedAt, finishedAt, volumeId, restoreMs, command, problems } = report;
  return omitUndefined({
    ...HEAD,
    kind: "drill",
    startedAt,
    finishedAt,
    ok,
    cloud,
    volumeId,
    snapshot: { id: report.snapshotId, name: report.snapshotName, takenAt: report.takenAt },
    restoreMs,
    command,
    problems: shortProblems(problems),
  });
}

/** A volume that had its turn as a line of the record. `runStartedAt`: when the command began that took it among others. */
export function offsiteEntry(volume: OffsiteVolume, runStartedAt: string): OffsiteEntry {
  const { cloud, policyId, volumeId, volumeName, snapshot, restoreMs, command } = volume;
  const { startedAt = runStartedAt, finishedAt = startedAt } = volume;
  return omitUndefined({
    ...HEAD,
    kind: "offsite",
    startedAt,
    finishedAt,
    ok: volume.outcome === "done",
    cloud,
    policyId,
    volumeId,
    volumeName,
    runStartedAt,
    snapshot,
    restoreMs,
    command,
    problems: shortProblems(volume.problems),
  });
}

/** A restore as a line of the record. */
export function restoreEntry(
  { cloud, snapshot, created }: Restored,
  { startedAt, finishedAt }: RecordedTimes,
): RestoreEntry {
  const restoreMs = finishedAt.getTime() - startedAt.getTime();
  return {
    ...HEAD,
    kind: "restore",
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ok: true,
    cloud,
    volumeId: snapshot.volumeId,
    snapshot: { id: snapshot.id, name: snapshot.name, takenAt: snapshot.createdAt.toISOString() },
    // Where the clock was set back meanwhile, how long it took is not known.
    ...(created && restoreMs >= 0 ? { restoreMs } : {}),
    ...(created ? {} : { created }),
    problems: [],
  };
}

/** What is known of a drill or restore that ended with an error. */
export interface FailedRestore extends RecordedTimes {
  /** Which of the two. */
  readonly kind: RestoreEntry["kind"];
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The volume by id, where it was given so. */
  readonly volumeId?: string | undefined;
  /** The volume by name, where it was given so. */
  readonly volumeName?: string | undefined;
}

/** A drill or restore that has ended with an error as a line of the record. */
export function failedRestoreEntry(error: unknown, failed: FailedRestore): RestoreEntry {
  const { kind, cloud, volumeId = "", volumeName, startedAt, finishedAt } = failed;
  return omitUndefined({
    ...HEAD,
    kind,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ok: false,
    cloud,
    volumeId,
    volumeName,
    problems: shortProblems([problemOf(error, "attention", { cloud })]),
  });
}

/** The newest due slots of a volume that have no good snapshot after the run. */
function omissionsOf(
  { policies, volumeId, cloud }: VolumePlan,
  done: VolumeReport | undefined,
  planned: readonly BackupProblem[],
): readonly Pick<RecordedOmissions, "policyId" | "slot" | "code">[] {
  return policies.flatMap(({ policyId, dueSlot, newestSlot }) => {
    if (dueSlot === undefined || (newestSlot !== undefined && newestSlot >= dueSlot)) return [];
    if (done?.created.some((each) => each.policyId === policyId && each.slot === dueSlot)) return [];
    const own = [...(done?.problems ?? []), ...planned.filter((each) => each.volumeId === volumeId)];
    const problem = own.find(
      (each) =>
        each.effect === "nothing_done" &&
        (each.cloud ?? cloud) === cloud &&
        (each.policyId ?? policyId) === policyId,
    );
    const code = problem?.code ?? own.find((each) => each.policyId === policyId)?.code;
    return [omitUndefined({ policyId, slot: dueSlot, code })];
  });
}

/** Puts together of what the same is told. */
function grouped<About, One>(
  told: readonly (readonly [about: About, one: One])[],
): readonly (readonly [about: About, all: readonly One[]])[] {
  const groups = new Map<string, readonly [About, One[]]>();
  for (const [about, one] of told) {
    const key = JSON.stringify(about);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [about, [one]]);
    else group[1].push(one);
  }
  return [...groups.values()];
}

function shortProblems(problems: readonly BackupProblem[]): readonly RecordedProblem[] {
  return problems
    .slice(0, MOST_PROBLEMS)
    .map(({ code, message, effect, cloud, policyId, volumeId, volumeName }) =>
      omitUndefined({
        code,
        message: message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS - 1)}…` : message,
        effect,
        cloud,
        policyId,
        volumeId,
        volumeName,
      }),
    );
}

/** Without what makes a line long. */
export function shortened(entry: RecordEntry): RecordEntry {
  if (entry.kind !== "run") return entry;
  return { ...entry, made: [], unmade: [], deleted: [], shortened: true as const };
}
