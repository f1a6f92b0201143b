import type { BackupReport, Finding, RestoreEntry, RestoreProof, UnprotectedVolume } from "@polyvol/backup";
import { figure, scrolled, table } from "../charts/figure.ts";
import { runsPicture } from "../charts/runs.ts";
import { bytesText, countText, instantText, sizeText, spanText, tookText } from "../format.ts";
import { type Html, html, name } from "../html.ts";

const MOST_RUNS = 60;
const MOST_ROWS = 500;

const PROOFS = {
  drill: "a drill",
  restore: "a restore",
  offsite: "taken off-site",
  volume: "a volume made from a snapshot is there",
} as const;

/** Drills, and when a restore was last proven. */
export function restoresSection({ proofs, drills, volumes, now }: BackupReport): Html {
  const proven = new Set(proofs.map(({ cloud, volumeId }) => JSON.stringify([cloud, volumeId])));
  const unproven = volumes.filter(
    ({ cloud, volumeId }) => !proven.has(JSON.stringify([cloud, volumeId])),
  ).length;
  const failed = (drills ?? []).filter(({ ok }) => !ok);
  const checked = (drills ?? []).filter(({ command }) => command !== undefined);
  const names = new Map(
    volumes.map((volume) => [JSON.stringify([volume.cloud, volume.volumeId]), volume.volumeName]),
  );
  const nameOf = ({ cloud, volumeId, volumeName }: RestoreEntry): string =>
    volumeName ?? names.get(JSON.stringify([cloud, volumeId])) ?? volumeId;
  const untold =
    drills === undefined ? " Drills leave no trace in a cloud: without a record they are not known." : "";
  return html`<section aria-labelledby="restores"><h2 id="restores">Restores and drills</h2>
<p>${volumes.length === 0 ? "" : `Of ${countText(volumes.length, "volume")}, ${volumes.length - unproven} have a proven restore that is known.`}${untold}</p>
${
  proofs.length > 0 &&
  scrolled(
    "Proven restores",
    table<RestoreProof>(
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
      proofs.slice(0, MOST_ROWS),
    ),
  )
}
${
  checked.length > 0 &&
  scrolled(
    "Checked drills",
    table<RestoreEntry>(
      "Drills whose data a command has read, newest first",
      [
        { title: "when", cell: ({ finishedAt }) => instantText(finishedAt) },
        { title: "cloud", cell: ({ cloud }) => name(cloud) },
        { title: "volume", cell: (entry) => name(nameOf(entry)) },
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
    ),
  )
}
${
  failed.length > 0 &&
  scrolled(
    "Failed drills",
    table<RestoreEntry>(
      "Drills and restores that failed, newest first",
      [
        { title: "when", cell: ({ finishedAt }) => instantText(finishedAt) },
        { title: "what", cell: ({ kind }) => kind },
        { title: "cloud", cell: ({ cloud }) => name(cloud) },
        { title: "volume", cell: (entry) => name(nameOf(entry)) },
        { title: "why", cell: ({ problems }) => name(problems.map(({ message }) => message).join("; ")) },
      ],
      failed,
    ),
  )
}</section>`;
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
  return html`<section aria-labelledby="unprotected"><h2 id="unprotected">What nobody backs up</h2>
<p>${unprotected.length === 0 ? none : `${countText(unprotected.length, "volume")} without a policy.`}${blind}</p>
${
  unprotected.length > 0 &&
  html`<details${unprotected.length <= 20 ? html` open` : ""}><summary>${countText(unprotected.length, "volume")} without a policy</summary>${scrolled(
    "Volumes without a policy",
    table<UnprotectedVolume>(
      unprotected.length > MOST_ROWS
        ? `The first ${MOST_ROWS}; all are in the data (-o json)`
        : "Volumes without a policy",
      [
        { title: "volume", cell: ({ volumeName }) => name(volumeName) },
        { title: "cloud", cell: ({ cloud }) => name(cloud) },
        { title: "region", cell: ({ region }) => name(region) },
        { title: "size", cell: ({ sizeGiB }) => sizeText(sizeGiB), numeric: true },
        { title: "id", cell: ({ volumeId }) => name(volumeId) },
      ],
      unprotected.slice(0, MOST_ROWS),
    ),
  )}</details>`
}
${
  findings.length > 0 &&
  html`<h3>What else no policy takes care of</h3>${scrolled(
    "Findings",
    table<Finding>(
      findings.length > MOST_ROWS
        ? `The first ${MOST_ROWS}; all are in the data (-o json)`
        : "Findings of the audit; nothing was changed",
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
      findings.slice(0, MOST_ROWS),
    ),
  )}`
}</section>`;
}

type Run = NonNullable<BackupReport["runs"]>[number];

/** The last runs of the record. */
export function runsSection({ runs, record }: BackupReport): Html {
  const heading = html`<h2 id="runs">The last runs</h2>`;
  if (runs === undefined) {
    return html`<section aria-labelledby="runs">${heading}<p>Not known: no record was given. <code>polyvol backup run --record FILE</code> keeps one.</p></section>`;
  }
  if (runs.length === 0)
    return html`<section aria-labelledby="runs">${heading}<p>The record has no run yet.</p></section>`;
  const drawn = runs.slice(0, MOST_RUNS);
  const since = record?.since === undefined ? "" : ` The record begins ${instantText(record.since)} UTC.`;
  const caption = `${drawn.length === 1 ? "The last run" : `The last ${drawn.length} runs`}: upwards snapshots made, downwards deleted; a triangle where not all was well`;
  return html`<section aria-labelledby="runs">${heading}<p>${countText(runs.length, "run")} told here, ${runs.filter(({ ok }) => !ok).length} of them not all well.${since}</p>
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
)}</section>`;
}

function resultOf({ ok, stopped, broken, problems, totals, clouds }: Run): string {
  if (ok) return "all well";
  const unseen = clouds.filter(({ seen }) => !seen).map(({ cloud }) => `cloud ${cloud} was not seen`);
  const state = broken === true ? ["ended with an error"] : stopped ? ["stopped before all was done"] : [];
  const told =
    problems.length === 0 ? [] : [`${countText(totals.problems, "problem")}: ${problems[0]?.message ?? ""}`];
  return [...state, ...unseen, ...told].join("; ");
}
