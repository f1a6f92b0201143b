import type { DriverPage, PageRequest } from "@polyvol/core/driver";
import { Refusal } from "./failure.ts";
import type { Commit, MemoryState } from "./state.ts";

interface Listed {
  readonly id: string;
  readonly ordinal: number;
}

/** Cuts one page out of `items`, which are in listing order, the way the account's listings are cut. */
export function cutPage<T extends Listed>(
  { settings }: MemoryState,
  items: readonly T[],
  page: PageRequest,
  { fault }: Commit,
): DriverPage<T> {
  const { maxPageSize } = settings.paging;
  if (!Number.isInteger(page.size) || page.size < 1 || page.size > maxPageSize) {
    throw new Refusal("invalid_argument", `a page has 1 to ${maxPageSize} items, not ${page.size}`);
  }
  const size = fault?.effect === "small_pages" ? Math.min(page.size, fault.items) : page.size;
  const cut = CUTS[settings.paging.style](items, { ...page, size });
  return fault?.effect === "empty_page" ? { ...cut, items: [] } : cut;
}

const CUTS = { numbered: numberedPage, marker: pageAfterMarker, cursor: pageAfterCursor } as const;

function numberedPage<T extends Listed>(
  items: readonly T[],
  { number = 1, size }: PageRequest,
): DriverPage<T> {
  if (!Number.isInteger(number) || number < 1) throw new Refusal("invalid_argument", `no page ${number}`);
  const start = (number - 1) * size;
  return { items: items.slice(start, start + size), total: items.length };
}

/** A marker is the id of an item, which must be there. */
function pageAfterMarker<T extends Listed>(items: readonly T[], { after, size }: PageRequest): DriverPage<T> {
  const start = after === undefined ? 0 : items.findIndex((each) => each.id === after) + 1;
  if (start === 0 && after !== undefined)
    throw new Refusal("not_found", "the item that the page should start after is not there");
  const cut = items.slice(start, start + size);
  return { items: cut, hasMore: start + cut.length < items.length };
}

/** A cursor names a place in the order, so it holds although the item there is deleted. */
function pageAfterCursor<T extends Listed>(items: readonly T[], { after, size }: PageRequest): DriverPage<T> {
  const newestFirst = (items[0]?.ordinal ?? 0) > (items.at(-1)?.ordinal ?? 0);
  let start = 0;
  if (after !== undefined) {
    const place = Number(/^after-(\d+)$/.exec(after)?.[1]);
    if (Number.isNaN(place)) throw new Refusal("invalid_argument", "that is no token of this listing");
    const next = items.findIndex(({ ordinal }) => (newestFirst ? ordinal < place : ordinal > place));
    start = next === -1 ? items.length : next;
  }
  const cut = items.slice(start, start + size);
  const last = start + cut.length < items.length ? cut.at(-1) : undefined;
  return { items: cut, ...(last && { nextToken: `after-${last.ordinal}` }) };
}
