import type { BackupReport, RestoreEntry } from "@polyvol/backup";
import { figure, scrolledTable, section, table } from "../charts/figure.ts";
import { runsPicture } from "../charts/runs.ts";
import { bytesText, countText, instantText, sizeText, spanText, tookText } from "../format.ts";
import { type Html, html, name } from "../html.ts";

const MOST_RUNS = 60;

const PROOFS = {
  drill: "a drill",
  restore: "a restore",
  offsite: "taken off-site",
  volume: "a volume made from a snapshot is there",
} as const;

/** Drills, and when a restore was last proven. */
export function restoresSection({ proofs, drills, volumes, now }: BackupReport): Html {
  const keyOf = ({ cloud, volumeId }: Pick<RestoreEntry, "cloud" | "volumeId">): string =>
    JSON.stringify([cloud, volumeId]);
  const proven = new Set(proofs.map(keyOf));
  const known = volumes.filter((volume) => proven.has(keyOf(volume))).length;
  const failed = (drills ?? []).filter(({ ok }) => !ok);
  const checked = (drills ?? []).filter(({ command }) => command !== undefined);
  const names = new Map(volumes.map((volume) => [keyOf(volume), volume.volumeName]));
  const nameOf = (entry: RestoreEntry): Html =>
    name(entry.volumeName ?? names.get(keyOf(entry)) ?? entry.volumeId);
  const untold =
    drills === undefined ? " Drills leave no trace in a cloud: without a record they are not known." : "";
  return section(
    "restores",
    "Restores and drills",
    html`<p>${volumes.length === 0 ? "" : `Of ${countText(volumes.length, "volume")}, ${known} have a proven restore that is known.`}${untold}</p>
${scrolledTable(
  "Proven restores",
  "The last proven restore of each volume",
  [
    { title: "volume", cell: ({ volumeName, volumeId }) => name(volumeName ?? volumeId) },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    {
      title: "when",
      cell: ({ at }) => `${instantText(at)} (${spanText(Date.parse(now) - Date.parse(at))} ago)`,
    },
    { title: "by", cell: ({ by }) => PROOFS[by] },
    {
      title: "took",
      cell: ({ restoreMs }) => (restoreMs === undefined ? "not measured" : tookText(restoreMs)),
      numeric: true,
    },
  ],
  proofs,
)}
${scrolledTable(
  "Checked drills",
  "Drills whose data a command has read, newest first",
  [
    { title: "when", cell: ({ finishedAt }) => instantText(finishedAt) },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    { title: "volume", cell: nameOf },
    { title: "command", cell: ({ command }) => name(command?.program ?? "") },
    { title: "status", cell: ({ command }) => command?.exitCode ?? "none", numeric: true },
    {
      title: "read",
      cell: ({ command }) =>
        command?.bytesRead === undefined ? "not measured" : bytesText(command.bytesRead),
      numeric: true,
    },
    { title: "took", cell: ({ command }) => tookText(command?.durationMs ?? 0), numeric: true },
  ],
  checked,
)}
${scrolledTable(
  "Failed drills",
  "Drills and restores that failed, newest first",
  [
    { title: "when", cell: ({ finishedAt }) => instantText(finishedAt) },
    { title: "what", cell: ({ kind }) => kind },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    { title: "volume", cell: nameOf },
    { title: "why", cell: ({ problems }) => name(problems.map(({ message }) => message).join("; ")) },
  ],
  failed,
)}`,
  );
}

/** What nobody backs up, and what else the audit found. */
export function unprotectedSection({
  unprotected,
  unprotectedUnknown,
  findings,
  clouds,
}: BackupReport): Html {
  const seen = clouds.some((cloud) => cloud.seen && !unprotectedUnknown.includes(cloud.cloud));
  const none = seen ? "Every volume that was seen has a policy." : "It is not known.";
  const blind = unprotectedUnknown.length === 0 ? "" : ` Not known of: ${unprotectedUnknown.join(", ")}.`;
  const count = `${countText(unprotected.length, "volume")} without a policy`;
  return section(
    "unprotected",
    "What nobody backs up",
    html`<p>${unprotected.length === 0 ? none : `${count}.`}${blind}</p>
${
  unprotected.length > 0 &&
  html`<details${unprotected.length <= 20 ? html` open` : ""}><summary>${count}</summary>${scrolledTable(
    "Volumes without a policy",
    "Volumes without a policy",
    [
      { title: "volume", cell: ({ volumeName }) => name(volumeName) },
      { title: "cloud", cell: ({ cloud }) => name(cloud) },
      { title: "region", cell: ({ region }) => name(region) },
      { title: "size", cell: ({ sizeGiB }) => sizeText(sizeGiB), numeric: true },
      { title: "id", cell: ({ volumeId }) => name(volumeId) },
    ],
    unprotected,
  )}</details>`
}
${findings.length > 0 && html`<h3>What else no policy takes care of</h3>`}${scrolledTable(
  "Findings",
  "Findings of the audit; nothing was changed",
  [
    { title: "finding", cell: ({ kind }) => kind.replaceAll("_", " ") },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    {
      title: "what",
      cell: ({ names, resource }) =>
        name(
          names.length === 1
            ? `${resource} ${names[0]}`
            : `${countText(names.length, resource)}, first ${names[0]}`,
        ),
    },
    { title: "about", cell: ({ message }) => name(message) },
  ],
  findings,
)}`,
  );
}

type Run = NonNullable<BackupReport["runs"]>[number];

/** The last runs of the record. */
export function runsSection({ runs, record }: BackupReport): Html {
  return section("runs", "The last runs", runsTold(runs, record?.since));
}

function runsTold(runs: BackupReport["runs"], since: string | undefined): Html {
  if (runs === undefined)
    return html`<p>Not known: no record was given. <code>polyvol backup run --record FILE</code> keeps one.</p>`;
  if (runs.length === 0) return html`<p>The record has no run yet.</p>`;
  const drawn = runs.slice(0, MOST_RUNS);
  const begins = since === undefined ? "" : ` The record begins ${instantText(since)} UTC.`;
  const caption = `${drawn.length === 1 ? "The last run" : `The last ${drawn.length} runs`}: upwards snapshots made, downwards deleted; a triangle where not all was well`;
  return html`<p>${countText(runs.length, "run")} told here, ${runs.filter(({ ok }) => !ok).length} of them not all well.${begins}</p>
${figure(
  runsPicture(drawn, caption),
  caption,
  table<Run>(
    "Runs, newest first (times in UTC)",
    [
      { title: "began", cell: ({ startedAt }) => instantText(startedAt) },
      {
        title: "what",
        cell: ({ command, shard }) =>
          shard === undefined ? command : `${command}, shard ${shard.index}/${shard.count}`,
      },
      {
        title: "took",
        cell: ({ startedAt, finishedAt }) => tookText(Date.parse(finishedAt) - Date.parse(startedAt)),
        numeric: true,
      },
      { title: "volumes", cell: ({ totals }) => totals.volumes, numeric: true },
      { title: "made", cell: ({ totals }) => totals.created, numeric: true },
      { title: "deleted", cell: ({ totals }) => totals.deleted, numeric: true },
      { title: "left", cell: ({ totals }) => totals.left, numeric: true },
      { title: "result", cell: (run) => name(resultOf(run)) },
    ],
    runs,
  ),
)}`;
}

function resultOf({ ok, stopped, broken, problems, totals, clouds }: Run): string {
  if (ok) return "all well";
  const unseen = clouds.filter(({ seen }) => !seen).map(({ cloud }) => `cloud ${cloud} was not seen`);
  const state = broken === true ? ["ended with an error"] : stopped ? ["stopped before all was done"] : [];
  const told =
    problems.length === 0 ? [] : [`${countText(totals.problems, "problem")}: ${problems[0]?.message ?? ""}`];
  return [...state, ...unseen, ...told].join("; ");
}
