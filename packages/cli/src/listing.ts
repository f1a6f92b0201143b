import type { Context } from "./context.ts";
import { errorData } from "./errors.ts";
import { isData, writeResult } from "./output/result.ts";
import { type Order, orderOf } from "./output/sort.ts";
import type { Column } from "./output/table.ts";
import type { CloudResults } from "./selected-clouds.ts";

/** How a list of resources is written. */
export interface ListView<Row> {
  readonly columns: readonly Column<Row>[];
  /** The order without `--sort`. */
  readonly usual: Order<Row>;
  toData(row: Row): object;
  /** What people read where there is none. */
  readonly none: string;
}

/**
 * Reads a list of each cloud and writes them as one. A cloud that fails does not hide the others; data says so in an
 * element of its own, `{ cloud, error }`, after those that could be read: without one, nothing is missing.
 *
 * @param read reads all clouds; called once `--sort` is known to be right
 * @returns the exit code
 * @throws UsageError for a column that does not exist
 */
export async function writeList<Row>(
  context: Context,
  sort: string | undefined,
  { columns, usual, toData, none }: ListView<Row>,
  read: () => Promise<CloudResults<readonly Row[]>>,
): Promise<number> {
  const order = orderOf(columns, sort, usual);
  const lists = await read();
  const rows = lists.results.flatMap(({ value }) => value).toSorted(order);
  if (isData(context.output) || rows.length > 0 || lists.failures.length === 0) {
    const missing = lists.failures.map(({ cloud, error }) => ({ cloud, error: errorData(error, cloud) }));
    await writeResult(context.output, [...rows.map(toData), ...missing], ({ table }) =>
      rows.length === 0 ? none : table(rows, columns),
    );
  }
  return lists.report();
}
