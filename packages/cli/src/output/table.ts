import { clean } from "./clean.ts";
import { colour, type Tone } from "./colour.ts";
import { fit, widthOf } from "./width.ts";

/** One column of a table of `Row`s. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: "right";
  /** May be cut where the terminal is too narrow. Ids may not: they are there to be copied. */
  readonly flexible?: boolean;
}

const GAP = "  ";
const NARROWEST = 8;

/** A table without lines, cut to the terminal where there is one; in a pipe nothing is cut. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ text }) => clean(text(row))));
  const natural = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((line) => widthOf(line[index] ?? ""))),
  );
  const widths = fitted(columns, natural);
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
    columns.forEach(({ flexible, title }, index) => {
      const least = Math.max(NARROWEST, title.length);
      if (flexible === true && (widths[index] ?? 0) > Math.max(least, widths[widest] ?? 0)) widest = index;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
