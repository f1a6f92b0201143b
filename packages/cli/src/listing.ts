import type { BlockStorage, Listing } from "@polyvol/core";
import type { Context } from "./context.ts";
import { errorData, UsageError } from "./errors.ts";
import { isData, writeResult } from "./output/result.ts";
import { type Order, orderOf } from "./output/sort.ts";
import { writePiece } from "./output/streams.ts";
import type { Column } from "./output/table.ts";
import { cleanFor } from "./output/terminal.ts";
import { type CloudResults, onEachCloud } from "./selected-clouds.ts";
import type { WatchOptions } from "./watch.ts";

/** How a list of resources is written. */
export interface ListView<Row> {
  readonly columns: readonly Column<Row>[];
  /** The order without `--sort`. */
  readonly usual: Order<Row>;
  toData(row: Row): object;
  /** What people read where there is none. */
  readonly none: string;
}

/** What people read where a list is empty. A pattern that was taken for a name is not told as if nothing were there. */
export function noneText(kind: "volumes" | "snapshots", name: string | undefined): string {
  const isPattern = name !== undefined && /[*?]/.test(name);
  return isPattern ? `No ${kind} of that very name: --name takes no pattern.\n` : `No ${kind}.\n`;
}

/** The rows of one cloud: all at once, or (for lines) a piece after the other. `failed` takes what a part of them threw. */
export type ReadRows<Row> = (
  storage: BlockStorage,
  cloud: string,
  failed: (error: unknown) => undefined,
) => AsyncIterable<readonly Row[]>;

/** Rows of a piece: a page of most providers. */
const PIECE = 200;

/** The items of a listing: all at once, or where they are written as lines a piece after the other. */
export async function* piecesOf<T>(
  { output }: Pick<Context, "output">,
  listing: Listing<T>,
  limit: number | undefined,
): AsyncGenerator<readonly T[]> {
  if (output !== "jsonl") {
    yield await listing.toArray(limit === undefined ? {} : { limit });
    return;
  }
  let piece: T[] = [];
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const item of listing) {
    piece.push(item);
    left -= 1;
    if (piece.length === PIECE || left === 0) {
      yield piece;
      piece = [];
    }
    if (left === 0) return;
  }
  if (piece.length > 0) yield piece;
}

/**
 * Reads a list of each cloud and writes them as one: sorted, or with `-o jsonl` each piece as it comes, and then nothing of
 * it is kept. A cloud that fails does not hide the others; data says so in an element of its own, `{ cloud, error }`, after
 * those that could be read: without one, nothing is missing.
 *
 * @param read called once `--sort` is known to be right
 * @param check may refuse what came of the clouds before anything but lines is written
 * @returns the exit code
 * @throws UsageError for a column that does not exist
 */
export async function writeList<Row>(
  context: Context,
  sort: string | undefined,
  { columns, usual, toData, none }: ListView<Row>,
  read: ReadRows<Row>,
  check: (lists: CloudResults<unknown>) => Promise<void> = async () => undefined,
): Promise<number> {
  const order = await orderOf(columns, sort, usual);
  const missing = ({ failures }: CloudResults<unknown>): readonly object[] =>
    failures.map(({ cloud, error }) => ({ cloud, error: errorData(error, cloud) }));
  if (context.output === "jsonl") {
    const lists = await onEachCloud(context, async (...cloud) => {
      for await (const rows of read(...cloud)) if (!(await writeLines(rows.map(toData)))) return;
    });
    await check(lists);
    await writeLines(missing(lists));
    return lists.report();
  }
  const lists = await onEachCloud(context, async (...cloud) => {
    const all: Row[] = [];
    for await (const rows of read(...cloud)) all.push(...rows);
    return all;
  });
  await check(lists);
  const rows = lists.results.flatMap(({ value }) => value).toSorted(order);
  if (isData(context.output) || rows.length > 0 || lists.failures.length === 0) {
    await writeResult(context.output, [...rows.map(toData), ...missing(lists)], ({ table }) =>
      rows.length === 0 ? none : table(rows, columns),
    );
  }
  return lists.report();
}

/** A line for each. Resolves with `false` when nobody reads on. */
async function writeLines(data: readonly object[]): Promise<boolean> {
  const text = data.map((each) => `${JSON.stringify(each)}\n`).join("");
  return await writePiece(cleanFor(process.stdout, text));
}

/** @throws UsageError for options of a list that go with no lines */
export function refuseWithLines(
  { output }: Context,
  { sort, watch }: { readonly sort?: string } & WatchOptions,
): void {
  if (output !== "jsonl" || (sort === undefined && watch === undefined)) return;
  const option = sort === undefined ? "--watch" : "--sort";
  throw new UsageError(
    `${option} does not go with -o jsonl, which writes each as it comes; -o json has them all`,
  );
}
