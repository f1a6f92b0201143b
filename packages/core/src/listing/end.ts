import type { DriverPage } from "../driver.ts";
import { PolyvolError } from "../errors.ts";

/** How often a page that is contradicted by its own answer is read again before the listing gives up. */
export const MAX_SHORT_READS = 5;

/** How a page was asked for. */
export interface Asked {
  readonly size: number;
  /** Items that stand before the page, where that is known. */
  readonly before: number | undefined;
}

/**
 * The one rule of where a listing ends: at a page of which nothing says that more follows. What can say so are the
 * token of a next page, the provider's own word, a total above what there has been, and (where pages are not asked for
 * by tokens) as many items as were asked for.
 */
export function moreFollows<T>(page: DriverPage<T>, asked: Asked, isByToken: boolean): boolean {
  if (page.nextToken !== undefined || page.hasMore === true) return true;
  const { total, items } = page;
  if (total !== undefined && asked.before !== undefined && total > asked.before + items.length) return true;
  return !isByToken && items.length >= asked.size;
}

/** A listing whose provider says that there is more and does not give it: what was read is not everything. */
export function gaveLess(total: number | undefined, gave: number): PolyvolError {
  const words =
    total === undefined || total <= gave
      ? `the service says that more follows and gave ${gave}`
      : `the service counts ${total} and gave ${gave}`;
  return new PolyvolError("malformed_response", `${words}; the listing is incomplete`, { retryable: true });
}
