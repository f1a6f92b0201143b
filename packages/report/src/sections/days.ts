import type { BackupReport } from "@polyvol/backup";
import { calendarFigure } from "../charts/calendar.ts";
import { countText } from "../format.ts";
import { dayRows } from "../groups.ts";
import { type Html, html } from "../html.ts";

/** The calendar: volumes by days. */
export function daysSection(report: BackupReport): Html {
  const unseen = report.clouds.filter(({ seen }) => !seen).map(({ cloud }) => cloud);
  const blind = unseen.length === 0 ? "" : `Volumes on ${unseen.join(", ")} are not in it: not seen.`;
  const rows = dayRows(report);
  const heading = html`<h2 id="days">Day by day</h2>`;
  if (rows.length === 0) {
    return html`<section aria-labelledby="days">${heading}<p>No policy chooses a volume that was seen. ${blind}</p></section>`;
  }
  const shared = rows.some(({ volumes }) => volumes.length > 1);
  const about = shared
    ? `Volumes with the same days share a row, what needs attention first: ${countText(rows.length, "row")}.`
    : "";
  return html`<section aria-labelledby="days">${heading}<p>Days are those of each policy's time zone. ${about} ${blind}</p>
${calendarFigure(report, rows)}</section>`;
}
