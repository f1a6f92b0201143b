import measure from "fast-string-truncated-width";
import { shortIds } from "./format.ts";
import { clean, colour, type Tone } from "./terminal.ts";

/** One column of a table of `Row`s. A column in which nothing stands is not shown. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** What rows are sorted by where the text would not do: the longest span, the latest instant. */
  readonly by?: (row: Row) => string | number;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: "right";
  /**
   * Never cut, but wrapped. Where it has no room beside the others, each row takes several lines: the first such column
   * is the first of them, and each further one comes last, in a line of its own.
   */
  readonly whole?: boolean;
  /** May be cut to so many columns of the terminal where it is too narrow. */
  readonly cutTo?: number;
  /** Where there is no room for all, the column of the highest rank is left out first; one without a rank, never. */
  readonly rank?: number;
  /** Whether it is to be seen all the same, for what is in it: then the rank does not count. */
  readonly needed?: (rows: readonly Row[]) => boolean;
  /** Only in a wide table. */
  readonly wide?: boolean;
  /** Holds ids: cut to what tells them apart, but in a wide table. */
  readonly ids?: boolean;
}

/** How a table is drawn. */
export interface TableOptions {
  /** All columns, nothing cut. */
  readonly wide?: boolean;
  /** Columns of the terminal. Default: those of standard output; in a pipe there is no end. */
  readonly width?: number;
}

/** A column with its texts, and the place that it takes. */
interface Shown<Row> {
  readonly column: Column<Row>;
  readonly title: string;
  readonly cells: readonly string[];
  readonly natural: number;
  readonly least: number;
  readonly rank: number;
}

const GAP = "  ";
const INDENT = "  ";

/** A table without lines that fits the terminal, where there is one. Data always has everything. */
export function renderTable<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { wide = false, width = process.stdout.columns || Number.POSITIVE_INFINITY }: TableOptions = {},
): string {
  const columns = all
    .filter((column) => wide || column.wide !== true)
    .map((column) => measured(rows, column, wide))
    .filter(({ cells }) => rows.length === 0 || cells.some((cell) => cell !== ""));
  if (wide) return renderLines(rows, [columns], Number.POSITIVE_INFINITY);
  const inOneLine = withoutRanked(columns, width);
  if (leastOf(inOneLine) <= width) return renderLines(rows, [inOneLine], width);
  const [head, ...last] = columns.filter(({ column }) => column.whole === true).map((column) => [column]);
  const rest = columns.filter(({ column }) => column.whole !== true);
  const room = width - INDENT.length;
  return renderLines(rows, [head ?? [], ...chunked(withoutRanked(rest, room), room), ...last], width);
}

function measured<Row>(rows: readonly Row[], column: Column<Row>, wide: boolean): Shown<Row> {
  const texts = rows.map((row) => clean(column.text(row)));
  const cells = column.ids === true && !wide ? shortIds(texts) : texts;
  const title = column.title.toUpperCase();
  const natural = cells.reduce((widest, cell) => Math.max(widest, widthOf(cell)), widthOf(title));
  const least = Math.min(natural, Math.max(column.cutTo ?? natural, title.length));
  const rank = column.needed?.(rows) === true ? 0 : (column.rank ?? 0);
  return { column, title, cells, natural, least, rank };
}

function leastOf<Row>(columns: readonly Shown<Row>[]): number {
  return columns.reduce((sum, { least }) => sum + least, GAP.length * Math.max(0, columns.length - 1));
}

/** Without those columns of the highest rank that there is no room for. */
function withoutRanked<Row>(all: readonly Shown<Row>[], width: number): readonly Shown<Row>[] {
  let columns = all;
  while (leastOf(columns) > width) {
    const highest = Math.max(0, ...columns.map(({ rank }) => rank));
    if (highest === 0) break;
    columns = columns.filter(({ rank }) => rank !== highest);
  }
  return columns;
}

/** As many columns on a line as there is room for. */
function chunked<Row>(columns: readonly Shown<Row>[], width: number): readonly (readonly Shown<Row>[])[] {
  const lines: Shown<Row>[][] = [];
  for (const column of columns) {
    const last = lines.at(-1);
    if (last !== undefined && leastOf([...last, column]) <= width) last.push(column);
    else lines.push([column]);
  }
  return lines;
}

/** The rows; of several groups of columns each is a line of its own, those after the first indented. */
function renderLines<Row>(
  rows: readonly Row[],
  groups: readonly (readonly Shown<Row>[])[],
  width: number,
): string {
  const drawn = groups.map((columns, index) => {
    const indent = index === 0 ? "" : INDENT;
    const widths = fitted(columns, width - indent.length);
    return (texts: (column: Shown<Row>) => string, tone: (column: Column<Row>) => Tone | undefined) =>
      lineOf(columns, widths, texts, tone)
        .split("\n")
        .map((line) => `${indent}${line}`.trimEnd());
  });
  const head = drawn.flatMap((draw) =>
    draw(
      ({ title }) => title,
      () => "note",
    ),
  );
  const body = rows.flatMap((row, index) =>
    drawn.flatMap((draw) =>
      draw(
        ({ cells }) => cells[index] ?? "",
        (column) => column.tone?.(row),
      ),
    ),
  );
  return [...head, ...body].map((line) => `${line}\n`).join("");
}

function lineOf<Row>(
  columns: readonly Shown<Row>[],
  widths: readonly number[],
  textOf: (column: Shown<Row>) => string,
  toneOf: (column: Column<Row>) => Tone | undefined,
): string {
  const parts = columns.map((shown, index) => {
    const { column } = shown;
    const width = widths[index] ?? 0;
    const isWhole = column.whole === true || columns.length === 1;
    const text = isWhole ? wrapped(textOf(shown), width) : fit(textOf(shown), width);
    const padding = " ".repeat(Math.max(0, width - widthOf(text)));
    const tone = toneOf(column);
    const painted = tone === undefined ? text : colour(tone, text);
    if (column.align === "right") return `${padding}${painted}`;
    return index === columns.length - 1 ? painted : `${painted}${padding}`;
  });
  return parts.join(GAP).trimEnd();
}

/** Takes from the widest flexible column until all fit; one that is alone on its line and still too wide is wrapped. */
function fitted<Row>(columns: readonly Shown<Row>[], width: number): readonly number[] {
  const [only] = columns;
  if (only !== undefined && columns.length === 1) return [Math.min(only.natural, width)];
  const widths = columns.map(({ natural }) => natural);
  const room = width - GAP.length * (columns.length - 1);
  while (widths.reduce((sum, each) => sum + each, 0) > room) {
    let widest = -1;
    columns.forEach(({ least }, index) => {
      const own = widths[index] ?? 0;
      if (own > least && own > (widths[widest] ?? 0)) widest = index;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Whether rows differ in this: what all have in common may be left out. */
export function differIn<Row>(text: (row: Row) => string): (rows: readonly Row[]) => boolean {
  return (rows) => rows.some((row) => text(row) !== text(rows[0] as Row));
}

/** The fields of one thing, one below the other. Empty ones are left out. */
export function renderFields(fields: readonly (readonly [string, string, (Tone | undefined)?])[]): string {
  const shown = fields.filter(([, text]) => text !== "");
  const width = Math.max(0, ...shown.map(([title]) => title.length));
  return shown
    .map(([title, text, tone]) => {
      const value = clean(text);
      return `${colour("note", title.padEnd(width))}${GAP}${tone === undefined ? value : colour(tone, value)}\n`;
    })
    .join("");
}

/** Columns that a text takes on a terminal; a Korean character takes two. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** The text cut to so many columns, with a mark where it was. */
export function fit(text: string, width: number): string {
  const { index, ellipsed } = measure(text, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  if (!ellipsed) return text.slice(0, index);
  // The library cuts too late behind characters that are neither Latin nor Chinese, Japanese or Korean.
  const kept = [...text.slice(0, index)];
  while (kept.length > 0 && widthOf(kept.join("")) >= width) kept.pop();
  return `${kept.join("")}…`;
}

/** The whole text, on as many lines of that width as it takes, between words where that can be. */
export function wrapped(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const lines = [""];
  for (const character of text) {
    const last = lines.at(-1) ?? "";
    if (widthOf(`${last}${character}`) <= width) lines[lines.length - 1] = `${last}${character}`;
    else {
      const word = last.slice(last.lastIndexOf(" ") + 1);
      const begun = last === word || character === " " ? "" : word;
      lines[lines.length - 1] = last.slice(0, last.length - begun.length).trimEnd();
      lines.push(character === " " ? "" : `${begun}${character}`);
    }
  }
  return lines.join("\n");
}
