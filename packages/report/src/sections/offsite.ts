import type { BackupReport, OffsiteEntry, OffsiteFreshness, OffsiteStanding } from "@polyvol/backup";
import { scrolledTable, section } from "../charts/figure.ts";
import { bytesText, countText, instantText, spanText, tookText } from "../format.ts";
import { type Html, html, name } from "../html.ts";

const WORDS: Readonly<Record<OffsiteFreshness, string>> = {
  never: "never",
  late: "late",
  unknown: "not known",
  new: "new",
  fresh: "fresh",
};
/** From what needs attention on. */
const ORDER = Object.keys(WORDS);

interface OffsiteRow {
  readonly volumeName: string;
  readonly cloud: string;
  readonly policyId: string;
  readonly offsite: OffsiteStanding;
  readonly entry: OffsiteEntry | undefined;
}

/** What has left the clouds, and what came to nothing. */
export function offsiteSection({ volumes, offsites, now }: BackupReport): Html {
  const done = new Map<string, OffsiteEntry>();
  for (const entry of (offsites ?? []).filter(({ command }) => command?.exitCode === 0).toReversed()) {
    done.set(JSON.stringify([entry.cloud, entry.volumeId, entry.finishedAt]), entry);
  }
  const rows = volumes
    .flatMap(({ cloud, volumeId, volumeName, policies }) =>
      policies.flatMap(({ policyId, offsite }): OffsiteRow[] => {
        if (offsite === undefined) return [];
        const entry = done.get(JSON.stringify([cloud, volumeId, offsite.last?.at]));
        return [{ volumeName, cloud, policyId, offsite, entry }];
      }),
    )
    .toSorted((a, b) => ORDER.indexOf(a.offsite.state) - ORDER.indexOf(b.offsite.state));
  const failed = (offsites ?? []).filter(({ ok }) => !ok);
  if (rows.length + failed.length === 0) return html``;
  const fresh = rows.filter(({ offsite }) => offsite.state === "fresh").length;
  const told =
    offsites === undefined
      ? "What leaves a cloud leaves no trace in it: without a record it is not known."
      : `Of ${countText(rows.length, "volume")} that policies take off-site, ${fresh} have left in time.`;
  return section(
    "offsite",
    "Off-site",
    html`<p>${told}</p>
${scrolledTable(
  "Off-site by volume",
  "What has left its cloud, by volume",
  [
    { title: "volume", cell: ({ volumeName }) => name(volumeName) },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    { title: "policy", cell: ({ policyId }) => name(policyId) },
    { title: "state", cell: ({ offsite }) => WORDS[offsite.state] },
    { title: "last", cell: ({ offsite }) => lastText(offsite, now) },
    {
      title: "data of",
      cell: ({ offsite: { last } }) => (last === undefined ? "" : instantText(last.takenAt)),
    },
    { title: "by", cell: ({ entry }) => name(entry?.command?.program ?? "") },
    { title: "read", cell: ({ entry }) => readText(entry), numeric: true },
    {
      title: "took",
      cell: ({ entry }) => (entry?.command === undefined ? "" : tookText(entry.command.durationMs)),
      numeric: true,
    },
  ],
  rows,
)}
${scrolledTable(
  "Failed off-site",
  "What came to nothing, newest first",
  [
    { title: "when", cell: ({ finishedAt }) => instantText(finishedAt) },
    { title: "cloud", cell: ({ cloud }) => name(cloud) },
    { title: "volume", cell: ({ volumeName, volumeId }) => name(volumeName ?? volumeId) },
    { title: "policy", cell: ({ policyId }) => name(policyId ?? "by hand") },
    { title: "why", cell: ({ problems }) => name(problems.map(({ message }) => message).join("; ")) },
  ],
  failed,
)}`,
  );
}

function lastText({ last, state }: OffsiteStanding, now: string): string {
  if (last !== undefined)
    return `${instantText(last.at)} (${spanText(Date.parse(now) - Date.parse(last.at))} ago)`;
  return state === "unknown" ? "not known" : "never, by the record";
}

function readText(entry: OffsiteEntry | undefined): string {
  if (entry?.command === undefined) return "";
  return entry.command.bytesRead === undefined ? "not measured" : bytesText(entry.command.bytesRead);
}
