import type { BackupReport, ReportedSnapshot } from "@polyvol/backup";
import { scaleUtc } from "d3-scale";
import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3-shape";
import { cut, instantText, sizeText } from "../format.ts";
import { type Html, html, name } from "../html.ts";
import { drawing, figure, rounded, table } from "./figure.ts";

const WIDTH = 960;
const ROW = 18;
const TOP = 26;
/** On the right of the picture the rule that keeps each. */
const RULES = 330;
const MOST_DRAWN = 40;

/** What kind of rule keeps a snapshot: each has a shape of its own. */
const KINDS: readonly (readonly [pattern: RegExp, kind: string, shape: SymbolType])[] = [
  [/^(hold|a hold or)/, "hold", symbolDiamond],
  [/daily|hourly/, "daily", symbolCircle],
  [/weekly/, "weekly", symbolSquare],
  [/monthly|yearly/, "monthly", symbolTriangle],
  [/^last \(/, "last", symbolStar],
  [/^no policy|owned by policy/, "none", symbolCross],
];

/** The snapshots of a volume, newest first: taken when, kept by what, and when each will go. */
export function timelineFigure(
  { now }: Pick<BackupReport, "now">,
  snapshots: readonly ReportedSnapshot[],
): Html {
  if (snapshots.length === 0) return html`<p>There is no snapshot of it.</p>`;
  const drawn = snapshots.slice(0, MOST_DRAWN);
  const left = snapshots.length - drawn.length;
  const caption = `Snapshots, newest first, from when each was taken until it will go${left === 0 ? "" : `; ${left} older ones are in the table only`}`;
  return figure(picture(Date.parse(now), drawn, caption), caption, asTable(snapshots));
}

function picture(now: number, snapshots: readonly ReportedSnapshot[], caption: string): Html {
  const taken = snapshots.map(takenAt);
  const ends = snapshots.map((each) => endOf(each, now));
  const known = ends.filter((end) => end !== undefined);
  const first = Math.min(now, ...taken);
  const last = Math.max(now, ...known);
  const spare = Math.max((last - first) * 0.06, 86_400_000);
  const x = scaleUtc([first - spare / 2, last + spare], [8, WIDTH - RULES]);
  const bottom = TOP + snapshots.length * ROW;
  const axis = x
    .ticks(6)
    .map(
      (tick) =>
        html`<line class="grid" x1="${rounded(x(tick))}" x2="${rounded(x(tick))}" y1="${TOP - 6}" y2="${bottom}"/><text class="axis middle" x="${rounded(x(tick))}" y="14">${tick.toISOString().slice(0, 10)}</text>`,
    );
  const rows = snapshots.map((snapshot, index) => {
    const y = TOP + index * ROW + ROW / 2;
    const end = ends[index];
    const from = rounded(x(taken[index] ?? now));
    const to = end === undefined ? WIDTH - RULES : rounded(x(end));
    const [kind, shape] = kindOf(snapshot);
    const text = `${instantText(snapshot.createdAt)}: ${snapshot.reasons.join("; ")}; ${goesText(snapshot)}`;
    return html`<g><title>${text}</title><line class="life ${kind}${end === undefined ? " open" : ""}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>${
      end === undefined ? "" : html`<line class="end" x1="${to}" x2="${to}" y1="${y - 4}" y2="${y + 4}"/>`
    }<path class="taken ${kind}" d="${symbol(shape, 52)() ?? ""}" transform="translate(${from},${y})"/><text class="label isolated" x="${WIDTH - RULES + 12}" y="${y + 4}">${cut(snapshot.reasons.join("; "), 50)}</text></g>\n`;
  });
  const present = html`<line class="now" x1="${rounded(x(now))}" x2="${rounded(x(now))}" y1="${TOP - 8}" y2="${bottom}"/><text class="axis middle now-text" x="${rounded(x(now))}" y="${bottom + 14}">now</text>`;
  return drawing({ width: WIDTH, height: bottom + 20, label: caption }, [...axis, ...rows, present]);
}

function kindOf({ held, reasons }: ReportedSnapshot): readonly [string, SymbolType] {
  if (held === true) return ["hold", symbolDiamond];
  const found = KINDS.find(([pattern]) => reasons.some((reason) => pattern.test(reason)));
  return found === undefined ? ["other", symbolWye] : [found[1], found[2]];
}

function takenAt({ createdAt }: ReportedSnapshot): number {
  return Date.parse(createdAt);
}

/** Undefined where no end can be drawn. */
function endOf({ goes }: ReportedSnapshot, now: number): number | undefined {
  if (goes.when === "at") return Date.parse(goes.at);
  return goes.when === "next_run" ? now : undefined;
}

const NEVER: Readonly<Record<string, string>> = {
  held: "stays until it is released",
  tagged: "stays as long as it has its tags",
  no_policy: "stays until somebody deletes it",
  not_counted: "is not counted and not deleted",
};

/** When it will go, in words. */
function goesText({ goes }: ReportedSnapshot): string {
  if (goes.when === "at") return `goes ${instantText(goes.at)}`;
  if (goes.when === "next_run") return "goes in the next run";
  return goes.when === "later" ? `stays beyond ${goes.at.slice(0, 10)}` : (NEVER[goes.why] ?? "stays");
}

function asTable(snapshots: readonly ReportedSnapshot[]): Html {
  return table<ReportedSnapshot>(
    "Snapshots, newest first (times in UTC)",
    [
      { title: "taken", cell: ({ createdAt }) => instantText(createdAt) },
      { title: "name", cell: (each) => name(each.name) },
      { title: "policy", cell: ({ policyId }) => (policyId === undefined ? "none" : name(policyId)) },
      { title: "state", cell: ({ state }) => state },
      { title: "kept by", cell: ({ reasons }) => name(reasons.join("; ")) },
      { title: "until", cell: goesText },
      {
        title: "billed for",
        cell: ({ billableGiB }) => (billableGiB === undefined ? "not stated" : sizeText(billableGiB)),
        numeric: true,
      },
    ],
    snapshots,
  );
}
