import type { BackupReport } from "@polyvol/backup";
import { scaleLinear, scaleUtc } from "d3-scale";
import { symbol, symbolCircle, symbolTriangle } from "d3-shape";
import { instantText, numberText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { drawing, rounded } from "./figure.ts";

type Run = NonNullable<BackupReport["runs"]>[number];

const WIDTH = 960;
const HEIGHT = 170;
const LEFT = 44;
const MIDDLE = 96;

/** Runs in time: upwards what each made, downwards what it deleted, and a sign where it was not all well. */
export function runsPicture(runs: readonly Run[], label: string): Html {
  const times = runs.map(({ startedAt }) => Date.parse(startedAt));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const spare = Math.max(3_600_000, (last - first) * 0.02);
  const x = scaleUtc([first - spare, last + spare], [LEFT + 8, WIDTH - 12]);
  const most = Math.max(1, ...runs.flatMap(({ totals }) => [totals.created, totals.deleted]));
  const up = scaleLinear([0, most], [0, MIDDLE - 30]);
  const ticks = [0, most];
  const axis = [
    ...x
      .ticks(7)
      .map(
        (tick) =>
          html`<text class="axis middle" x="${rounded(x(tick))}" y="${HEIGHT - 6}">${tick.toISOString().slice(5, 10)}</text>`,
      ),
    ...ticks.map(
      (tick) =>
        html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${rounded(MIDDLE - up(tick))}" y2="${rounded(MIDDLE - up(tick))}"/><text class="axis end-text" x="${LEFT - 6}" y="${rounded(MIDDLE - up(tick) + 4)}">${numberText(tick)}</text>`,
    ),
  ];
  const width = Math.max(3, Math.min(14, (WIDTH - LEFT) / (runs.length * 1.6)));
  const down = scaleLinear([0, most], [0, HEIGHT - MIDDLE - 26]);
  const marks = runs.map((run, index) => {
    const left = rounded(x(times[index] ?? 0) - width / 2);
    const { created, deleted } = run.totals;
    const title = `${instantText(run.startedAt)}: ${created} made, ${deleted} deleted${run.ok ? "" : ", not all well"}`;
    const sign = symbol(run.ok ? symbolCircle : symbolTriangle, run.ok ? 14 : 60)() ?? "";
    return html`<g><title>${title}</title><rect class="bar first" x="${left}" y="${rounded(MIDDLE - up(created))}" width="${rounded(width)}" height="${rounded(up(created))}"/><rect class="bar second" x="${left}" y="${MIDDLE}" width="${rounded(width)}" height="${rounded(down(deleted))}"/><path class="${run.ok ? "well" : "unwell"}" d="${sign}" transform="translate(${rounded(left + width / 2)},${run.ok ? MIDDLE : 14})"/></g>\n`;
  });
  return drawing({ width: WIDTH, height: HEIGHT, label }, [...axis, ...marks]);
}
