import measure from "fast-string-truncated-width";
import { clean, colour, type Tone } from "./terminal.ts";

/** One column of a table of `Row`s. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: "right";
  /** May be cut where the terminal is too narrow. Ids may not: they are there to be copied. */
  readonly flexible?: boolean;
  /** Left out where the terminal is too narrow for all; the last one first. Data always has everything. */
  readonly optional?: boolean;
}

const GAP = "  ";
const NARROWEST = 8;

/** A table without lines, cut to the terminal where there is one; in a pipe nothing is cut. */
export function renderTable<Row>(rows: readonly Row[], all: readonly Column<Row>[]): string {
  const columns = shown(rows, all);
  const cells = rows.map((row) => columns.map(({ text }) => clean(text(row))));
  const widths = fitted(
    columns,
    columns.map((column) => naturalWidth(rows, column)),
  );
  const head = line(
    columns,
    widths,
    columns.map(({ title }) => title.toUpperCase()),
    () => "note",
  );
  const body = rows.map((row, index) =>
    line(columns, widths, cells[index] ?? [], (column) => column.tone?.(row)),
  );
  return [head, ...body].map((each) => `${each}\n`).join("");
}

function naturalWidth<Row>(rows: readonly Row[], { title, text }: Column<Row>): number {
  return rows.reduce((widest, row) => Math.max(widest, widthOf(clean(text(row)))), widthOf(title));
}

/** The columns that have room when the flexible ones are as narrow as they can be. */
function shown<Row>(rows: readonly Row[], all: readonly Column<Row>[]): readonly Column<Row>[] {
  const least = new Map(
    all.map((column) => {
      const natural = naturalWidth(rows, column);
      return [column, column.flexible === true ? Math.min(natural, narrowest(column)) : natural];
    }),
  );
  let columns = [...all];
  const total = (): number =>
    columns.reduce((sum, column) => sum + (least.get(column) ?? 0), GAP.length * (columns.length - 1));
  while (total() > (process.stdout.columns || Infinity)) {
    const last = columns.findLast(({ optional }) => optional === true);
    if (last === undefined) break;
    columns = columns.filter((column) => column !== last);
  }
  return columns;
}

function narrowest<Row>({ title }: Column<Row>): number {
  return Math.max(NARROWEST, title.length);
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

function line<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  cells: readonly string[],
  tone: (column: Column<Row>) => Tone | undefined,
): string {
  const parts = columns.map((column, index) => {
    const width = widths[index] ?? 0;
    const text = fit(cells[index] ?? "", width);
    const padding = " ".repeat(Math.max(0, width - widthOf(text)));
    const paint = tone(column);
    const painted = paint === undefined ? text : colour(paint, text);
    if (column.align === "right") return `${padding}${painted}`;
    return index === columns.length - 1 ? painted : `${painted}${padding}`;
  });
  return parts.join(GAP).trimEnd();
}

/** Takes from the widest flexible column until all fit, or none can give more. */
function fitted<Row>(columns: readonly Column<Row>[], natural: readonly number[]): readonly number[] {
  const widths = [...natural];
  const room = (process.stdout.columns || Infinity) - GAP.length * (columns.length - 1);
  const total = (): number => widths.reduce((sum, width) => sum + width, 0);
  while (total() > room) {
    let widest = -1;
    columns.forEach((column, index) => {
      const least = Math.max(narrowest(column), widths[widest] ?? 0);
      if (column.flexible === true && (widths[index] ?? 0) > least) widest = index;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
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
