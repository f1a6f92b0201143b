import type { PageOptions } from "../options.ts";

/** One page of a listing, cut by Polyvol (not by the provider). */
export interface ListingPage<T> {
  /** In the provider's order. */
  readonly items: readonly T[];
  /** Continues after this page, in another process too. Absent on the last page. Opaque. */
  readonly continuationToken?: string;
}

/**
 * A listing that has not begun: iterating sends the requests, leaving the loop stops them. No id comes twice, and
 * every item that existed throughout is seen, as long as the provider's own order is stable (docs/semantics.md).
 * Each iteration starts anew.
 */
export interface Listing<T> extends AsyncIterable<T> {
  /** The same listing page by page. */
  byPage(options?: PageOptions): AsyncIterableIterator<ListingPage<T>>;
  /** All items, at most `limit` of them (default: no limit). */
  toArray(options?: { readonly limit?: number }): Promise<T[]>;
}
