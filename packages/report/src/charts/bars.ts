import { scaleLinear } from "d3-scale";
import { cut, numberText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { drawing, rounded } from "./figure.ts";

/** A row of a picture of bars. */
export interface BarRow {
  readonly label: string;
  /** Drawn one below the other, each with its own pattern. */
  readonly bars: readonly {
    readonly kind: "first" | "second";
    readonly value: number;
    readonly text: string;
  }[];
  /** A line across the bars, such as a limit. */
  readonly mark?: { readonly value: number; readonly text: string };
  /** Stands where no bar can be drawn. */
  readonly note?: string;
}

const WIDTH = 960;
const LABELS = 260;
const BAR = 13;
const TOP = 24;

/** Horizontal bars with a common scale from zero. */
export function barPicture(rows: readonly BarRow[], label: string): Html {
  const most = Math.max(
    1,
    ...rows.flatMap(({ bars, mark }) => [...bars.map(({ value }) => value), mark?.value ?? 0]),
  );
  const x = scaleLinear([0, most], [LABELS, WIDTH - 150]).nice(6);
  const heights = rows.map(({ bars }) => Math.max(1, bars.length) * BAR + 10);
  const bottom = TOP + heights.reduce((sum, height) => sum + height, 0);
  const axis = x
    .ticks(most <= 1 ? 1 : 6)
    .map(
      (tick) =>
        html`<line class="grid" x1="${rounded(x(tick))}" x2="${rounded(x(tick))}" y1="${TOP - 4}" y2="${bottom}"/><text class="axis middle" x="${rounded(x(tick))}" y="14">${numberText(tick)}</text>`,
    );
  let top = TOP;
  const content = rows.map((row, index) => {
    const height = heights[index] ?? 0;
    const middle = top + height / 2;
    const bars = row.bars.map(({ kind, value, text }, place) => {
      const y = top + 5 + place * BAR;
      return html`<g><title>${row.label}: ${text}</title><rect class="bar ${kind}" x="${LABELS}" y="${y}" width="${rounded(x(value) - LABELS)}" height="${BAR - 3}"/><text class="value" x="${rounded(x(value) + 6)}" y="${y + BAR - 4}">${text}</text></g>`;
    });
    const mark =
      row.mark === undefined
        ? ""
        : html`<g><title>${row.label}: ${row.mark.text}</title><line class="limit" x1="${rounded(x(row.mark.value))}" x2="${rounded(x(row.mark.value))}" y1="${top + 2}" y2="${top + height - 2}"/></g>`;
    const note =
      row.note === undefined
        ? ""
        : html`<text class="value" x="${LABELS + 6}" y="${middle + 4}">${row.note}</text>`;
    const text = html`<text class="label isolated" x="0" y="${middle + 4}">${cut(row.label, 42)}<title>${row.label}</title></text>`;
    top += height;
    return html`${text}${bars}${mark}${note}\n`;
  });
  return drawing({ width: WIDTH, height: bottom + 4, label }, [...axis, ...content]);
}
