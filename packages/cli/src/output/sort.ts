import { unknownName } from "../errors.ts";
import type { Column } from "./table.ts";

/** Orders two rows. */
export type Order<Row> = (one: Row, other: Row) => number;

/**
 * Numbers in names count as numbers, and capitals do not count: `db-9` comes before `db-10`. The same on every machine;
 * the platform's own collation takes longer to load than a table to write.
 */
function compareNames(one: string, other: string): number {
  const [ones, others] = [partsOf(one), partsOf(other)];
  for (const [index, part] of ones.entries()) {
    const against = others[index];
    if (against === undefined) return 1;
    const order = compareParts(part, against);
    if (order !== 0) return order;
  }
  return ones.length - others.length;
}

const partsOf = (text: string): readonly string[] => text.toLowerCase().match(/\d+|\D+/g) ?? [];

function compareParts(one: string, other: string): number {
  const [first, second] = [Number(one), Number(other)];
  if (/^\d/.test(one) && /^\d/.test(other) && first !== second) return first - second;
  return one < other ? -1 : one > other ? 1 : 0;
}

/** By these values, the first first; rows with equal ones stay as they are. */
export function orderBy<Row>(...values: readonly ((row: Row) => string | number)[]): Order<Row> {
  return (one, other) => {
    for (const value of values) {
      const order = compareValues(value(one), value(other));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareValues(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return compareNames(String(one), String(other)) || (one < other ? -1 : one > other ? 1 : 0);
}

/**
 * The order that `--sort` asks for: by the column of that title, with `-` before it the other way round. Rows without a
 * value come last in both, and rows of equal ones in the order that is given.
 *
 * @throws UsageError that lists the columns, and names the one that is near
 */
export async function orderOf<Row>(
  columns: readonly Column<Row>[],
  sort: string | undefined,
  usual: Order<Row>,
): Promise<Order<Row>> {
  if (sort === undefined) return usual;
  const descending = sort.startsWith("-");
  const wanted = nameOf(descending ? sort.slice(1) : sort);
  const column = columns.find(({ title }) => nameOf(title) === wanted);
  if (column === undefined) {
    const names = columns.map(({ title }) => nameOf(title));
    const words = `--sort: found ${sort}; allowed: ${names.join(", ")}; with - before it, the other way round`;
    throw await unknownName(words, [wanted], names);
  }
  const value = column.by ?? column.text;
  const isEmpty = (row: Row): number => (column.text(row) === "" ? 1 : 0);
  return (one, other) => {
    const order = compareValues(value(one), value(other));
    return isEmpty(one) - isEmpty(other) || (descending ? -order : order) || usual(one, other);
  };
}

/** Titles as they are typed: `last snapshot` is `last-snapshot`. */
function nameOf(title: string): string {
  return title.trim().toLowerCase().replaceAll(/\s+/g, "-");
}
