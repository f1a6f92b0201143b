import type { BackupReport, DayCell } from "@polyvol/backup";
import { scaleBand } from "d3-scale";
import { countText, cut } from "../format.ts";
import type { DayRow } from "../groups.ts";
import { type Html, html, name } from "../html.ts";
import { DAY_SIGNS, DAY_STATES } from "../states.ts";
import { drawing, figure, rounded, table } from "./figure.ts";

const ROW = 20;
const LABELS = 260;
const WIDTH = 960;
const TOP = 34;
/** So many rows are drawn, and so many stand in the table. */
const MOST_DRAWN = 60;
const MOST_LISTED = 500;

/** Policies on volumes by days. */
export function calendarFigure({ days }: BackupReport, rows: readonly DayRow[]): Html {
  const drawn = rows.slice(0, MOST_DRAWN);
  const left = rows.length - drawn.length;
  const hidden = rows.slice(MOST_DRAWN).reduce((sum, { volumes }) => sum + volumes.length, 0);
  const more =
    left === 0 ? "" : `; ${countText(left, "further row")} of ${countText(hidden, "volume")} are not drawn`;
  const caption = `What became of each day, ${days[0] ?? ""} to ${days.at(-1) ?? ""}${more}`;
  return html`${legend(rows)}${figure(picture(days, drawn, caption), caption, asTable(days, rows))}`;
}

function picture(days: readonly string[], rows: readonly DayRow[], caption: string): Html {
  const x = scaleBand(days, [LABELS, WIDTH]).paddingInner(0.1);
  const y = scaleBand(
    rows.map((_, index) => index),
    [TOP, TOP + rows.length * ROW],
  ).paddingInner(0.12);
  const at = (day: string): number => x(day) ?? 0;
  // Mondays, so that weeks can be seen; the first day, where no Monday is near.
  const mondays = days.flatMap((day, index) => (new Date(day).getUTCDay() === 1 ? [index] : []));
  const labelled = (mondays[0] ?? 9) >= 3 ? [0, ...mondays] : mondays;
  const heads = labelled.map(
    (index) =>
      html`<text class="axis" x="${rounded(at(days[index] ?? ""))}" y="24">${days[index]?.slice(5)}</text>`,
  );
  const lines = rows.map((row, index) => {
    const top = y(index) ?? 0;
    const label = html`<text class="label isolated" x="0" y="${rounded(top + y.bandwidth() * 0.75)}">${cut(labelOf(row), 42)}<title>${labelOf(row)}</title></text>`;
    const cells = days.map((day, place) => {
      const cell = row.standing.days[place];
      if (cell === undefined || cell.state === "none") return html``;
      const { sign } = DAY_SIGNS[cell.state];
      const middle = rounded(at(day) + x.bandwidth() / 2);
      return html`<g><title>${day}: ${wordsOf(cell)}</title><rect class="day ${cell.state}" x="${rounded(at(day))}" y="${rounded(top)}" width="${rounded(x.bandwidth())}" height="${rounded(y.bandwidth())}" rx="3"/>${
        sign === ""
          ? ""
          : html`<text class="sign on-${cell.state}" x="${middle}" y="${rounded(top + y.bandwidth() * 0.74)}">${sign}</text>`
      }</g>`;
    });
    return html`${label}${cells}\n`;
  });
  return drawing({ width: WIDTH, height: TOP + rows.length * ROW + 4, label: caption }, [...heads, ...lines]);
}

function labelOf({ cloud, standing: { policyId }, volumes }: DayRow): string {
  const [first] = volumes;
  const what = volumes.length === 1 ? (first?.volumeName ?? "") : countText(volumes.length, "volume");
  return `${what} · ${policyId} · ${cloud}`;
}

function wordsOf({ state, slots, there, code }: DayCell): string {
  const { word, meaning } = DAY_SIGNS[state];
  const count = slots > 1 ? `; ${there} of ${slots} slots are there` : "";
  return `${word}: ${meaning}${code === undefined ? "" : ` (${code})`}${count}`;
}

function legend(rows: readonly DayRow[]): Html {
  const present = new Set(rows.flatMap(({ standing }) => standing.days.map(({ state }) => state)));
  const states = DAY_STATES.filter((state) => present.has(state) && state !== "none");
  return html`<ul class="legend">${states.map((state) => {
    const { sign, word, meaning } = DAY_SIGNS[state];
    return html`<li><span class="chip ${state}" aria-hidden="true">${sign}</span> <b>${word}</b> <span>${meaning}</span></li>`;
  })}</ul>`;
}

function asTable(days: readonly string[], rows: readonly DayRow[]): Html {
  const listed = rows.slice(0, MOST_LISTED);
  const left = rows.length - listed.length;
  return table<DayRow>(
    `States by day${left === 0 ? "" : `; ${left} more rows are in the data (-o json)`}`,
    [
      {
        title: "volume",
        cell: (row) =>
          row.volumes.length === 1
            ? name(row.volumes[0]?.volumeName ?? "")
            : countText(row.volumes.length, "volume"),
      },
      { title: "cloud", cell: ({ cloud }) => name(cloud) },
      { title: "policy", cell: ({ standing }) => name(standing.policyId) },
      ...days.map((day, place) => ({
        title: day.slice(5),
        cell: ({ standing }: DayRow) => DAY_SIGNS[standing.days[place]?.state ?? "none"].word,
      })),
    ],
    listed,
  );
}
