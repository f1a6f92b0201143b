import type {
  BackupStatus,
  Freshness,
  MergedStatus,
  OffsiteFreshness,
  OffsiteStanding,
  VolumeStatus,
} from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { CONFIGURATION, FAILED, UsageError } from "../../errors.ts";
import { duration, omitUndefined, SORT } from "../../options.ts";
import { countText, instantText, nameOrId, spanText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import { type Order, orderBy, orderOf } from "../../output/sort.ts";
import { type Column, differIn } from "../../output/table.ts";
import type { Tone } from "../../output/terminal.ts";
import { type WatchOptions, watched, withWatch } from "../../watch.ts";
import { POLICY } from "./changes.ts";
import { readJson, withFileNames } from "./json-files.ts";
import { type MetricsOptions, OUTPUT_FILE, RECORD_OF_RUNS, wantsMetrics, writeMetrics } from "./metrics.ts";
import { type MonitoringOptions, monitored, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { reportProblems } from "./problems.ts";
import { readRecordFile } from "./record.ts";
import { type BackupSetup, deadline, loadBackupSetup, rememberSetup, SHARD, shardText } from "./setup.ts";

const ABOUT = `
Nothing in a cloud remembers what has left it: how old that is, only --record says.
With --watch, neither --ping nor --notify tells anybody: whoever watches sees it.
`;

const EXAMPLES = [
  "polyvol backup status",
  "polyvol backup status --grace 3h -o json",
  "polyvol backup status --watch 1m",
  "polyvol backup status --record runs.jsonl",
  "polyvol backup status -o prometheus --output-file polyvol.prom",
  "polyvol backup status --merge shard-0.json shard-1.json",
];

export function addStatus(backup: Command, action: MakeAction): void {
  withMonitoring(
    withWatch(backup.command("status"))
      .description("show whether every volume has the snapshot that is due; exit with 4 when one has not")
      .option(...POLICY)
      .option(...SHARD)
      .option("--merge <files...>", "put together what status -o json wrote of each shard; looks at no cloud")
      .option("--grace <time>", "how late a snapshot may be, such as 90m; default: 1h", duration)
      .option(...SORT)
      .option(...OUTPUT_FILE)
      .option(...RECORD_OF_RUNS),
  )
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(status));
}

/** Exit code where something is late or missing, and all could be looked at. */
const STALE = 4;

interface StatusOptions extends MonitoringOptions, WatchOptions, MetricsOptions {
  readonly policy?: readonly string[];
  readonly shard?: string;
  readonly merge?: readonly string[];
  readonly grace?: number;
  readonly sort?: string;
}

async function status(context: Context, options: StatusOptions): Promise<number> {
  const setup = rememberSetup(() => loadBackupSetup(context, options));
  const work = async (): Promise<Outcome> => {
    if (options.merge !== undefined) return await checkShards(context, options, options.merge);
    return await checkStatus(context, options, await setup());
  };
  if (options.watch === undefined || options.merge !== undefined)
    return await monitored(context, options, "backup status", work);
  return await watched(context, options, async () => {
    const { exitCode } = await work();
    // A cloud that cannot be connected now, for want of a file with its credential say, may be at a later look.
    return exitCode === CONFIGURATION ? FAILED : exitCode;
  });
}

async function checkStatus(context: Context, options: StatusOptions, setup: BackupSetup): Promise<Outcome> {
  const abortSignal = await deadline(context);
  const statusOptions = { ...setup.scope, ...omitUndefined({ abortSignal, graceMs: options.grace }) };
  if (wantsMetrics(context, options)) return outcomeOf(await writeMetrics(setup, options, statusOptions));
  const backup = await import("@polyvol/backup");
  const { policies, clouds, withSourcePositions } = setup;
  const now = new Date();
  const order = await orderOf(columnsOf(now.toISOString()), options.sort, USUAL);
  const record = await readRecordFile(options.record);
  const found = await withSourcePositions(() =>
    backup.status(policies, clouds, now, { ...statusOptions, record }),
  );
  return await writeStatus(context, found, order);
}

/** Options that ask for a look at clouds, which `--merge` does not take. */
const LOOKS = {
  policy: "--policy",
  grace: "--grace",
  shard: "--shard",
  watch: "--watch",
  outputFile: "--output-file",
  record: "--record",
} as const;

/**
 * Puts what `status -o json` has written of each shard together. Looks at no cloud, and reads no configuration.
 *
 * @throws UsageError naming the file that is no report of a shard, or of another count
 */
async function checkShards(
  context: Context,
  options: StatusOptions,
  files: readonly string[],
): Promise<Outcome> {
  if (context.output === "prometheus") {
    throw new UsageError("-o prometheus does not go with --merge: each shard writes its own metrics");
  }
  const beside = Object.entries(LOOKS).find(([key]) => options[key] !== undefined);
  if (beside !== undefined) {
    throw new UsageError(`${beside[1]} does not go with --merge, which looks at no cloud`);
  }
  const reports = await Promise.all(
    files.map((file) => readJson(file, "what polyvol backup status --shard … -o json wrote")),
  );
  const { mergeStatus } = await import("@polyvol/backup");
  const names = Object.fromEntries(files.map((file, index) => [`reports[${index}]`, file]));
  const merged = await withFileNames(names, () => mergeStatus(reports, { now: new Date() }));
  const order = await orderOf(columnsOf(merged.now), options.sort, USUAL);
  return await writeStatus(context, merged, order);
}

async function writeStatus(
  context: Context,
  status: AnyStatus,
  order: Order<VolumeStatus>,
): Promise<Outcome> {
  const found = { ...status, volumes: status.volumes.toSorted(order) };
  await writeCheckResult(context.output, found.verdict === "fresh", found, (render) => view(found, render));
  return outcomeOf(found);
}

/** What one look says, or several put together. */
type AnyStatus = BackupStatus | MergedStatus;

function outcomeOf(found: AnyStatus): Outcome {
  const failed = reportProblems(found.problems, { readOnly: true });
  const exitCode = failed === 0 && found.verdict === "stale" ? STALE : failed;
  return { exitCode, summary: summaryOf(found), problems: found.problems };
}

const TONES: Readonly<Record<Freshness, Tone>> = { fresh: "good", new: "note", late: "bad", missing: "bad" };

const OFFSITE_TONES: Readonly<Record<OffsiteFreshness, Tone>> = {
  fresh: "good",
  new: "note",
  late: "bad",
  never: "bad",
  unknown: "note",
};

function summaryOf({ verdict, counts, offsite }: AnyStatus): string {
  const { fresh, late, missing, new: young } = counts;
  const snapshots = `${verdict}: ${fresh} fresh, ${late} late, ${missing} missing, ${young} new.`;
  return offsite === undefined ? snapshots : `${snapshots} ${offsiteSummary(offsite)}`;
}

function offsiteSummary({
  fresh,
  late,
  never,
  new: young,
  unknown,
}: Record<OffsiteFreshness, number>): string {
  const known = fresh + late + never + young;
  const told = `${fresh} fresh, ${late} late, ${never} never, ${young} new`;
  return known === 0
    ? `Off-site: unknown without a record (--record).`
    : `Off-site: ${told}${unknown === 0 ? "" : `, ${unknown} unknown`}.`;
}

function offsiteText(offsite: OffsiteStanding | undefined, now: string): string {
  if (offsite === undefined) return "";
  const { state, last } = offsite;
  if (last === undefined) return state;
  return `${spanText(Date.parse(now) - Date.parse(last.at))} ago${state === "late" ? ", late" : ""}`;
}

const cloudOf = ({ cloud }: VolumeStatus): string => cloud;
const policyOf = ({ policyId }: VolumeStatus): string => policyId;

/** By cloud, volume and policy. */
const USUAL: Order<VolumeStatus> = orderBy(
  cloudOf,
  ({ volumeName }) => volumeName,
  ({ volumeId }) => volumeId,
  policyOf,
);

function columnsOf(now: string): readonly Column<VolumeStatus>[] {
  const until = (instant: string): number => Date.parse(instant) - Date.parse(now);
  return [
    { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
    { title: "volume", text: ({ volumeName, volumeId }) => nameOrId(volumeName, volumeId), whole: true },
    { title: "policy", text: policyOf, rank: 2, needed: differIn(policyOf) },
    {
      title: "state",
      text: ({ freshness }) => freshness,
      tone: ({ freshness }) => TONES[freshness],
    },
    {
      title: "newest",
      text: ({ newest }) => (newest === undefined ? "none" : instantText(new Date(newest.slot))),
      by: ({ newest }) => newest?.slot ?? "",
    },
    {
      title: "age",
      text: ({ newest }) => (newest === undefined ? "" : spanText(newest.ageMs)),
      by: ({ newest }) => newest?.ageMs ?? 0,
      align: "right",
      rank: 4,
    },
    {
      title: "overdue",
      // Within the grace it has come due, and is not overdue: as reports have it.
      text: ({ freshness, overdueMs }) =>
        freshness === "fresh" || overdueMs === 0 ? "" : spanText(overdueMs),
      by: ({ overdueMs }) => overdueMs,
      align: "right",
      rank: 3,
    },
    {
      title: "snapshots",
      text: ({ snapshots, failed }) => `${snapshots}${failed === 0 ? "" : ` + ${failed} failed`}`,
      by: ({ snapshots }) => snapshots,
      align: "right",
      rank: 6,
    },
    {
      title: "next",
      text: ({ nextSlot }) => (nextSlot === undefined ? "" : `in ${spanText(until(nextSlot))}`),
      by: ({ nextSlot }) => nextSlot ?? "",
      align: "right",
      rank: 5,
    },
    {
      title: "off-site",
      text: ({ offsite }) => offsiteText(offsite, now),
      by: ({ offsite }) => offsite?.last?.at ?? "",
      tone: ({ offsite }) => (offsite === undefined ? undefined : OFFSITE_TONES[offsite.state]),
    },
    { title: "snapshot", text: ({ newest }) => newest?.name ?? "", wide: true },
    { title: "volume id", text: ({ volumeId }) => volumeId, wide: true },
  ];
}

function view(status: AnyStatus, { table }: Renderers): string {
  const { volumes, unread, now } = status;
  const rows = volumes.length === 0 ? "" : `${table(volumes, columnsOf(now))}\n`;
  const unseen = unread.map((cloud) => `${cloud}: could not be read; nothing is known of its volumes.\n`);
  return `${rows}${unseen.join("")}${summaryOf(status)}\n${partText(status)}`;
}

/** Of which accounts it is. */
function partText(status: AnyStatus): string {
  if (!("shards" in status)) return shardText(status.shard);
  const { count, missing } = status.shards;
  return `${count - missing.length} of ${countText(count, "shard")}.\n`;
}
