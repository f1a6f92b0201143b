import type { BackupReport, Freshness, ReportedVolume } from "@polyvol/backup";
import { calendarFigure } from "../charts/calendar.ts";
import { scrolled, section, table } from "../charts/figure.ts";
import { timelineFigure } from "../charts/timeline.ts";
import { countText, instantText, sizeText, spanText } from "../format.ts";
import { dayRows, type VolumeGroup, volumeGroups } from "../groups.ts";
import { type Html, html, name } from "../html.ts";
import { FRESHNESS_ORDER, FRESHNESS_SIGNS } from "../states.ts";

/** So many histories have their own picture; of the others the table says how they stand. */
const MOST_PICTURES = 120;
const MOST_NAMES = 20_000;

/** Each volume, or each history that volumes share, with its snapshots on a time line. */
export function volumesSection(report: BackupReport): Html {
  const groups = volumeGroups(report);
  if (groups.length === 0) return html``;
  const drawn = groups.slice(0, MOST_PICTURES);
  const rest = groups.slice(MOST_PICTURES).flatMap(({ volumes }) => volumes);
  const shared = groups.length < report.volumes.length;
  const about = shared
    ? `${countText(report.volumes.length, "volume")} with ${countText(groups.length, "history").replace("historys", "histories")}: those with the same history stand together. What needs attention comes first.`
    : "What needs attention comes first.";
  return section(
    "volumes",
    "Volumes and their snapshots",
    html`<p>${about} Open one to see what keeps each snapshot and when it will go.</p>
${drawn.map((group) => groupDetails(report, group))}
${rest.length > 0 && html`<details><summary>${countText(rest.length, "further volume")}, each with a history of its own</summary>${scrolled("Further volumes", volumeTable(rest))}</details>`}
`,
  );
}

function groupDetails(report: BackupReport, { volume, volumes }: VolumeGroup): Html {
  const worst = worstOf(volume);
  const { sign, word } = FRESHNESS_SIGNS[worst];
  const title =
    volumes.length === 1
      ? html`${name(volume.volumeName)} on ${name(volume.cloud)}`
      : html`${countText(volumes.length, "volume")} on ${name(volume.cloud)}, such as ${name(volume.volumeName)}`;
  const policies = volume.policies.map(({ policyId }) => policyId).join(", ");
  return html`<details class="volume"><summary><span class="chip ${worst}" aria-hidden="true">${sign}</span> <b>${title}</b> <span>${word}; ${policies}; ${countText(volume.snapshots.length, "snapshot")}${volumes.length > 1 && " each"}</span></summary>
${volumes.length === 1 && html`<p>${sizeText(volume.sizeGiB)} in ${name(volume.region)}, id ${name(volume.volumeId)}.</p>`}
${standing(report, volume)}
${timelineFigure(report, volume.snapshots)}
${volumes.length > 1 && html`<details><summary>The ${countText(volumes.length, "volume")} with this history</summary><p class="names">${volumes.slice(0, MOST_NAMES).map(({ volumeName }) => html`${name(volumeName)}, `)}${volumes.length > MOST_NAMES ? "and more, in the data (-o json)." : "no more."}</p></details>`}
</details>
`;
}

function standing({ now }: BackupReport, { policies }: ReportedVolume): Html {
  const lines = policies.map(({ policyId, freshness, newest, overdueMs, missed, nextSlot }) => {
    const age =
      newest === undefined ? "no good snapshot" : `newest good snapshot of ${instantText(newest.slot)}`;
    const overdue = overdueMs > 0 && freshness !== "new" ? `, overdue since ${spanText(overdueMs)}` : "";
    const gaps = missed.count === 0 ? "" : `, ${countText(missed.count, "slot")} missed`;
    const next =
      nextSlot === undefined ? "" : `, next in ${spanText(Date.parse(nextSlot) - Date.parse(now))}`;
    return html`<li>${name(policyId)}: ${FRESHNESS_SIGNS[freshness].word}, ${age}${overdue}${gaps}${next}.</li>`;
  });
  return html`<ul class="plain">${lines}</ul>`;
}

function worstOf({ policies }: ReportedVolume): Freshness {
  return FRESHNESS_ORDER.find((state) => policies.some(({ freshness }) => freshness === state)) ?? "new";
}

function volumeTable(volumes: readonly ReportedVolume[]): Html {
  return table<ReportedVolume>(
    "Further volumes; their snapshots are in the data (-o json)",
    [
      { title: "volume", cell: ({ volumeName }) => name(volumeName) },
      { title: "cloud", cell: ({ cloud }) => name(cloud) },
      { title: "state", cell: (volume) => FRESHNESS_SIGNS[worstOf(volume)].word },
      {
        title: "newest",
        cell: ({ policies }) =>
          policies.map(({ newest }) => (newest === undefined ? "none" : instantText(newest.slot))).join(", "),
      },
      { title: "snapshots", cell: ({ snapshots }) => snapshots.length, numeric: true },
    ],
    volumes,
  );
}

/** The calendar: volumes by days. */
export function daysSection(report: BackupReport): Html {
  const unseen = report.clouds.filter(({ seen }) => !seen).map(({ cloud }) => cloud);
  const blind = unseen.length === 0 ? "" : `Volumes on ${unseen.join(", ")} are not in it: not seen.`;
  const rows = dayRows(report);
  const title = "Day by day";
  if (rows.length === 0)
    return section("days", title, html`<p>No policy chooses a volume that was seen. ${blind}</p>`);
  const shared = rows.some(({ volumes }) => volumes.length > 1);
  const about = shared
    ? `Volumes with the same days share a row, what needs attention first: ${countText(rows.length, "row")}.`
    : "";
  return section(
    "days",
    title,
    html`<p>Days are those of each policy's time zone. ${about} ${blind}</p>
${calendarFigure(report, rows)}`,
  );
}
