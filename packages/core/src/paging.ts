/** How listings are cut into pages: a part of the seam in `driver.ts`. */

/**
 * How a provider lets its listings be cut, and so how core walks them. A listing ends at a page of which nothing says
 * that more follows: no `nextToken`, no `hasMore`, no `total` above what there has been, and, with `marker` and
 * `numbered`, fewer items than were asked for. Fewer items prove nothing on the first page that says neither `total` nor
 * `hasMore`: then one page more is asked for. A driver that drops items from a page takes them off its `total`.
 */
export type Paging =
  /** Any page can be asked for by its number; answers carry a total. Core overlaps windows and fetches side by side. */
  | { readonly style: "numbered"; readonly minPageSize: number; readonly maxPageSize: number }
  /** A page starts after a named item's id. */
  | { readonly style: "marker"; readonly maxPageSize: number }
  /** A page is asked for by a token that the page before it gave. */
  | { readonly style: "cursor"; readonly maxPageSize: number };

/** Which page is wanted: `number` for numbered paging, `after` for marker (an id) and cursor (a token). */
export interface PageRequest {
  /** How many items are wanted. */
  readonly size: number;
  /** From 1. */
  readonly number?: number;
  /** Absent for the first page. */
  readonly after?: string;
  /**
   * Whether a total is of use: set on the first page that a walk by markers asks for. A provider that counts only when it is
   * asked to tells by it whether it gives smaller pages than are asked for.
   */
  readonly wantsTotal?: boolean;
}

/** One page of a listing. */
export interface DriverPage<T> {
  /** All that the provider gave: core filters. See {@link Paging} for what a short page means. */
  readonly items: readonly T[];
  /**
   * How many items there are over all pages, where the provider says so. A listing that gives less is read again, with
   * smaller pages where the provider gives smaller ones than were asked for, and is `malformed_response` in the end.
   */
  readonly total?: number;
  /**
   * `true` where the provider says that more follows in another way, such as by a link to the next page (of which only
   * the presence counts: no address of it is called). `false` where it says so of the end; absent, it says neither.
   */
  readonly hasMore?: boolean;
  /** Cursor paging: absent on the last page. */
  readonly nextToken?: string;
}
