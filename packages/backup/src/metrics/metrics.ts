import type { Volume } from "@polyvol/core";
import type { Clouds } from "../clouds.ts";
import { type CloudState, type ObservedCloud, volumeKey } from "../observe/inventory.ts";
import { isAbout } from "../policy/policy.ts";
import type { Policy } from "../policy/types.ts";
import { proofsOf } from "../report/proofs.ts";
import type { RestoreProof } from "../report/types.ts";
import type { ReportedShard } from "../shard/scope.ts";
import {
  type BackupStatus,
  type Freshness,
  readStatus,
  type StatusOptions,
  type VolumeStatus,
} from "../status/status.ts";

/** How the call is made, and what is known besides what the clouds show: a record also knows of restores whose volume is gone. */
export type MetricsOptions = StatusOptions;

/** Freshness, for people and for a monitoring system. */
export interface BackupMetrics {
  /** What `status` returns. */
  readonly status: BackupStatus;
  /** The same in the text format of Prometheus and OpenMetrics. */
  readonly text: string;
}

/**
 * Looks as `status` does, and writes what it finds as metrics. What is unknown has no value: a cloud that could not be
 * seen has `polyvol_cloud_up` 0, and nothing else.
 *
 * @throws PolicyError `invalid_argument` for the name of a cloud that does not exist, or an invalid date
 */
export async function backupMetrics(
  policies: readonly Policy[],
  clouds: Clouds,
  now: Date,
  options: MetricsOptions = {},
): Promise<BackupMetrics> {
  const { record } = options;
  const { status, states, now: readAt } = await readStatus(policies, clouds, now, options);
  const seen = states.filter((state) => state.state === "observed");
  const volumes = new Map(
    seen.flatMap((state) =>
      state.volumes.map((volume) => [volumeKey(state.name, volume.id), volume] as const),
    ),
  );
  const gauges = [
    ...gaugesOfClouds(status, states),
    ...gaugesOfPolicies(status, policies, seen, readAt),
    ...gaugesOfVolumes(status.volumes),
    lastProvenRestores(proofsOf(states, record, readAt), volumes),
  ];
  return { status, text: expositionOf(status.shard ? gauges.map(labelledBy(status.shard)) : gauges) };
}

/**
 * Adds which shard it is to what is of no cloud: shards may write beside each other, and of two samples with the same labels
 * node_exporter exposes one, without a word.
 */
function labelledBy({ index, count }: ReportedShard): (gauge: Gauge) => Gauge {
  const shard = `${index}/${count}`;
  return (gauge) => ({
    ...gauge,
    samples: gauge.samples.map(({ labels, value }) => ({
      labels: "cloud" in labels ? labels : { ...labels, shard },
      value,
    })),
  });
}

const VERDICTS = ["fresh", "stale", "failed"] as const;
const STATES: readonly Freshness[] = ["fresh", "late", "missing", "new"];

function gaugesOfClouds({ now, verdict, problems }: BackupStatus, states: readonly CloudState[]): Gauge[] {
  return [
    {
      name: "polyvol_status_timestamp_seconds",
      help: "When the clouds were looked at, in seconds since 1970.",
      unit: "seconds",
      samples: [{ labels: {}, value: secondsOf(now) }],
    },
    {
      name: "polyvol_backup_verdict",
      help: "1 for the verdict over everything: fresh, stale (something is late or missing) or failed (something could not be looked at).",
      samples: VERDICTS.map((each) => ({ labels: { verdict: each }, value: verdict === each ? 1 : 0 })),
    },
    {
      name: "polyvol_backup_problems",
      help: "What could not be read, and selectors of policies that are wrong.",
      samples: [{ labels: {}, value: problems.length }],
    },
    {
      name: "polyvol_cloud_up",
      help: "Whether the cloud could be read in full. When 0, nothing else is said of it.",
      samples: states.map(({ name, state }) => ({
        labels: { cloud: name },
        value: state === "observed" ? 1 : 0,
      })),
    },
    {
      name: "polyvol_cloud_requests_left",
      help: "Requests left in the provider's longest quota window, where the provider says.",
      samples: states.flatMap((state) =>
        state.state === "failed" || state.requestsLeft === undefined
          ? []
          : [{ labels: { cloud: state.name }, value: state.requestsLeft }],
      ),
    },
  ];
}

function gaugesOfPolicies(
  { volumes }: BackupStatus,
  policies: readonly Policy[],
  seen: readonly ObservedCloud[],
  now: Date,
): Gauge[] {
  const intervals = policies.flatMap(({ id, schedule }): Sample[] => {
    const next = schedule.firstAfter(now.getTime());
    const afterNext = next === undefined ? undefined : schedule.firstAfter(next);
    if (next === undefined || afterNext === undefined) return [];
    return [{ labels: { policy: id }, value: (afterNext - next) / 1000 }];
  });
  const counts = Map.groupBy(volumes, ({ cloud, policyId, freshness }) =>
    JSON.stringify([cloud, policyId, freshness]),
  );
  return [
    {
      name: "polyvol_backup_expected_interval_seconds",
      help: "From the next slot of the policy to the one after it.",
      unit: "seconds",
      samples: intervals,
    },
    {
      name: "polyvol_backup_volumes",
      help: "Volumes that the policy chooses on a cloud that could be seen, by how fresh they are.",
      samples: policies.flatMap((policy) =>
        seen
          .filter(
            ({ name }) =>
              isAbout(policy, name) ||
              // Of clouds that are one account, it may choose volumes of one that it does not name.
              volumes.some(({ cloud, policyId }) => cloud === name && policyId === policy.id),
          )
          .flatMap(({ name }) =>
            STATES.map((state) => ({
              labels: { cloud: name, policy: policy.id, state },
              value: counts.get(JSON.stringify([name, policy.id, state]))?.length ?? 0,
            })),
          ),
      ),
    },
  ];
}

function gaugesOfVolumes(volumes: BackupStatus["volumes"]): Gauge[] {
  const labelled = volumes.map((status) => {
    const { cloud, policyId, volumeId, volumeName } = status;
    return { status, labels: { cloud, policy: policyId, volume: volumeName, volume_id: volumeId } };
  });
  const sampled = (measure: (status: VolumeStatus) => number | undefined): Sample[] =>
    labelled.flatMap(({ status, labels }) => {
      const value = measure(status);
      return value === undefined ? [] : [{ labels, value }];
    });
  return [
    {
      name: "polyvol_backup_deadline_timestamp_seconds",
      help: "From when on the volume is late, or its snapshot missing, unless one is made. In seconds since 1970.",
      unit: "seconds",
      samples: sampled(({ deadline }) => secondsOf(deadline)),
    },
    {
      name: "polyvol_backup_newest_snapshot_timestamp_seconds",
      help: "The slot of the newest good snapshot, in seconds since 1970.",
      unit: "seconds",
      samples: sampled(({ newest }) => secondsOf(newest?.slot)),
    },
    {
      name: "polyvol_backup_newest_snapshot_age_seconds",
      help: "Age of the newest good snapshot when the clouds were looked at.",
      unit: "seconds",
      samples: sampled(({ newest }) => newest && newest.ageMs / 1000),
    },
    {
      name: "polyvol_backup_snapshots",
      help: "Snapshots of the policy on the volume: good ones, and failed ones that are no backups.",
      samples: labelled.flatMap(({ status, labels }) => [
        { labels: { ...labels, state: "good" }, value: status.snapshots },
        { labels: { ...labels, state: "failed" }, value: status.failed },
      ]),
    },
    {
      name: "polyvol_offsite_last_success_timestamp_seconds",
      help: "When the data of the volume was last taken out of its cloud, where the record knows. In seconds since 1970.",
      unit: "seconds",
      samples: sampled(({ offsite }) => secondsOf(offsite?.last?.at)),
    },
    {
      name: "polyvol_offsite_snapshot_timestamp_seconds",
      help: "When the snapshot was taken whose data that was. In seconds since 1970.",
      unit: "seconds",
      samples: sampled(({ offsite }) => secondsOf(offsite?.last?.takenAt)),
    },
    {
      name: "polyvol_offsite_deadline_timestamp_seconds",
      help: "From when on the volume is late off-site unless it is taken out of its cloud. In seconds since 1970.",
      unit: "seconds",
      samples: sampled(({ offsite }) => secondsOf(offsite?.deadline)),
    },
  ];
}

function secondsOf(instant: string): number;
function secondsOf(instant: string | undefined): number | undefined;
function secondsOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant) / 1000;
}

function lastProvenRestores(proofs: readonly RestoreProof[], volumes: ReadonlyMap<string, Volume>): Gauge {
  return {
    name: "polyvol_backup_last_proven_restore_timestamp_seconds",
    help: "When a restore of the volume was last seen to succeed, where that is known. In seconds since 1970.",
    unit: "seconds",
    samples: proofs.flatMap(({ at, cloud, volumeId }) => {
      const volume = volumes.get(volumeKey(cloud, volumeId))?.name;
      if (volume === undefined) return [];
      return [{ labels: { cloud, volume, volume_id: volumeId }, value: secondsOf(at) }];
    }),
  };
}

/** One value with the labels that tell it apart. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge: a value that goes up and down, under one name. */
interface Gauge {
  /** With its unit at the end, where it has one. */
  readonly name: string;
  /** What it says, in one sentence. */
  readonly help: string;
  /** The unit that the name ends with. */
  readonly unit?: "seconds";
  readonly samples: readonly Sample[];
}

/**
 * The text that Prometheus, the textfile collector of node_exporter and OpenMetrics all read. A gauge without samples is
 * left out: what is unknown has no value.
 */
function expositionOf(gauges: readonly Gauge[]): string {
  const lines: string[] = [];
  for (const { name, help, unit, samples } of gauges) {
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} gauge`);
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    for (const { labels, value } of samples) lines.push(`${name}${labelsText(labels)} ${value}`);
  }
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}

function escaped(text: string): string {
  // A line may not end inside of a value, and lone halves of a character are no UTF-8.
  return text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
