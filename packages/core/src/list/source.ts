import { comparableId } from "../answered.ts";
import type { CallContext, DriverPage, PageRequest, Paging } from "../driver.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import type { Position } from "./token.ts";

/** What happens to one page on its way. */
export interface PageHooks {
  readonly onStart: () => void;
  readonly onAnswer: NonNullable<CallContext["onAnswer"]>;
}

/** What all listings are made from: one provider's way of answering for one page, under retries and deadlines. */
export interface PageSource<T extends { readonly id: string }> {
  readonly paging: Paging;
  /**
   * One page, asked for again where that can help. Every page has a deadline of its own. Each attempt is told when it
   * begins and when its answer has come and is still to be read; where nothing tells of answers, only the former.
   */
  fetch(page: PageRequest, abortSignal: AbortSignal, hooks?: PageHooks): Promise<DriverPage<T>>;
  /** Most pages in flight at once, where pages can be addressed freely. 0: none before its turn. */
  readonly concurrency: number;
  /** Wanted items of one request. */
  readonly requestSize: number | undefined;
  /** Waits before a page is read again whose own answer contradicts it: what is counted may lag behind what is listed. */
  pause?(attempt: number, abortSignal: AbortSignal): Promise<void>;
  /**
   * Reads on without the provider's filter, which core applies as well: some count what a filter leaves out, and then
   * a total says nothing of the end. `false` where there is no filter left to leave out.
   */
  widen?(): boolean;
}

/** Items in the provider's order, each id once, with the place they stand at. */
export interface Chunk<T> {
  readonly items: readonly T[];
  /** What a token after the item at `offset` of this chunk holds, beside the last ids and the name of the listing. */
  positionAt(offset: number): Pick<Position, "index" | "cursor">;
}

/** Walks a listing from the start, or from a place. Ending the iteration stops its requests. */
export type Walk<T> = (
  from: Position | undefined,
  abortSignal: AbortSignal,
) => AsyncGenerator<Chunk<T>, void, undefined>;

/** A listing of the provider that never ends or goes round is stopped after so many pages without a new item. */
export const MAX_EMPTY_PAGES = 10;

export function repeatingPages(): PolyvolError {
  return new PolyvolError(
    "malformed_response",
    "the provider's pages repeat without end; the listing was stopped, it may be incomplete",
    { retryable: true },
  );
}

/** How providers answer for a marker that is gone, or a page behind the last. */
export function isNoSuchPlace(error: unknown): boolean {
  return isPolyvolError(error, "not_found") || isPolyvolError(error, "invalid_argument");
}

/** A listing of which more has changed than it could be read again. */
export function listingChanged(): PolyvolError {
  return new PolyvolError(
    "conflict",
    "the listing changes faster than it can be read; what was read may be incomplete",
    { retryable: true },
  );
}

/** The size of one request: what was asked for, within what the provider takes. */
export function requestSizeFor(paging: Paging, wanted: number | undefined): number {
  return Math.max(1, Math.min(paging.maxPageSize, wanted ?? paging.maxPageSize));
}

/** How often a page that is contradicted by its own answer is read again before the listing gives up. */
export const MAX_SHORT_READS = 5;

/** How a page was asked for. */
export interface PageExtent {
  readonly size: number;
  /** Items that stand before the page, where that is known. */
  readonly before: number | undefined;
  /** Whether its answer was to count all that there is. */
  readonly isCountAsked?: boolean;
}

/** Whether nothing is known of the end: the page is short, and says neither how many there are nor whether more follows. */
export function isUntold<T>({ items, total, hasMore }: DriverPage<T>, size: number): boolean {
  return items.length > 0 && items.length < size && total === undefined && hasMore === undefined;
}

/**
 * The one rule of where a listing ends: at a page of which nothing says that more follows. What can say so are the
 * token of a next page, the provider's own word, a total above what there has been, and (where pages are not asked for
 * by tokens) as many items as were asked for. So does a page that was to count all and did not: how many items this
 * service puts on a page is unknown then.
 */
export function moreFollows<T>(page: DriverPage<T>, asked: PageExtent, isByToken: boolean): boolean {
  if (page.nextToken !== undefined || page.hasMore === true) return true;
  const { total, items } = page;
  if (total !== undefined && asked.before !== undefined && total > asked.before + items.length) return true;
  if (asked.isCountAsked === true && isUntold(page, asked.size)) return true;
  return !isByToken && items.length >= asked.size;
}

/** No service has pages of fewer items than this. */
const LEAST_PAGE_ITEMS = 10;

/**
 * Whether the service does not page at all. `rest`: what it gave when it was asked for the one item behind `page`. That it
 * gives all of the page again heeds neither a place nor a size; where it has a page of its own, that is not so small.
 */
export function doesNotPage(page: readonly { readonly id: string }[], rest: typeof page): boolean {
  const again = new Set(rest.map(({ id }) => comparableId(id)));
  return page.length < LEAST_PAGE_ITEMS && page.every(({ id }) => again.has(comparableId(id)));
}

/** A listing whose provider says that there is more and does not give it: what was read is not everything. */
export function incompleteListing(total: number | undefined, gave: number): PolyvolError {
  const words =
    total === undefined || total <= gave
      ? `the service says that more follows and gave ${gave}`
      : `the service counts ${total} and gave ${gave}`;
  return new PolyvolError("malformed_response", `${words}; the listing is incomplete`, { retryable: true });
}
