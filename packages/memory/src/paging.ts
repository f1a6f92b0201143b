import type { DriverPage, PageRequest, Paging } from "@polyvol/core/driver";
import { Refusal } from "./refusal.ts";
import type { PageFault } from "./state.ts";

interface Listed {
  readonly id: string;
  readonly ordinal: number;
}

/** Cuts one page out of `items`, which are in listing order, the way the account's listings are cut. */
export function cutPage<T extends Listed>(
  items: readonly T[],
  paging: Paging,
  page: PageRequest,
  fault?: PageFault,
): DriverPage<T> {
  if (!Number.isInteger(page.size) || page.size < 1 || page.size > paging.maxPageSize) {
    throw new Refusal("invalid_argument", `a page has 1 to ${paging.maxPageSize} items, not ${page.size}`);
  }
  const size = fault === undefined || fault === "empty" ? page.size : Math.min(page.size, fault.atMost);
  const cut = cutBy(items, paging, { ...page, size });
  return fault === "empty" ? { ...cut, items: [] } : cut;
}

function cutBy<T extends Listed>(items: readonly T[], paging: Paging, page: PageRequest): DriverPage<T> {
  switch (paging.style) {
    case "numbered": {
      const number = page.number ?? 1;
      if (!Number.isInteger(number) || number < 1) throw new Refusal("invalid_argument", `no page ${number}`);
      const start = (number - 1) * page.size;
      return { items: items.slice(start, start + page.size), total: items.length };
    }
    case "marker": {
      const start = page.after === undefined ? 0 : items.findIndex((each) => each.id === page.after) + 1;
      if (start === 0 && page.after !== undefined) {
        throw new Refusal("not_found", "the item that the page should start after is not there");
      }
      const cut = items.slice(start, start + page.size);
      return { items: cut, ...(start + cut.length < items.length ? { hasMore: true } : {}) };
    }
    case "cursor":
      return pageByCursor(items, page);
  }
}

/** A cursor names a place in the order, so it holds although the item there goes. */
function pageByCursor<T extends Listed>(items: readonly T[], page: PageRequest): DriverPage<T> {
  const newestFirst = (items[0]?.ordinal ?? 0) > (items.at(-1)?.ordinal ?? 0);
  let start = 0;
  if (page.after !== undefined) {
    const after = Number(/^after-(\d+)$/.exec(page.after)?.[1]);
    if (Number.isNaN(after)) throw new Refusal("invalid_argument", "that is no token of this listing");
    const next = items.findIndex((each) => (newestFirst ? each.ordinal < after : each.ordinal > after));
    start = next === -1 ? items.length : next;
  }
  const cut = items.slice(start, start + page.size);
  const last = cut.at(-1);
  const more = last !== undefined && start + cut.length < items.length;
  return { items: cut, ...(more ? { nextToken: `after-${last.ordinal}` } : {}) };
}
