import type { ServiceRequest } from "../kit/service.ts";

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 200;

/** One page of a list, cut by `page` and `per_page`. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The `links` member: empty when everything is on one page. */
  readonly links: PageLinks;
  readonly total: number;
}

export interface PageLinks {
  readonly pages?: Readonly<Partial<Record<"first" | "prev" | "next" | "last", string>>>;
}

/** A number of 1 or more, or the fallback for anything else. */
function positive(text: string | null, fallback: number): number {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : fallback;
}

/** Cuts a page. Sizes above 200 count as 200; a page past the end is empty and links back. */
export function pageOf<Item>(items: readonly Item[], request: ServiceRequest, base: string): Page<Item> {
  const { query } = request;
  const perPage = Math.min(positive(query.get("per_page"), DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const page = positive(query.get("page"), 1);
  const total = items.length;
  const last = Math.max(1, Math.ceil(total / perPage));
  const from = (page - 1) * perPage;

  const path = request.path.endsWith("/") ? request.path.slice(0, -1) : request.path;
  const link = (number: number): string => {
    const kept = new URLSearchParams({ page: String(number) });
    const size = query.get("per_page");
    if (size !== null) kept.set("per_page", size);
    for (const [name, value] of query) if (name !== "page" && name !== "per_page") kept.append(name, value);
    return `${base}${path}?${kept}`;
  };

  const back = page > 1 ? { first: link(1), prev: link(Math.min(page - 1, last)) } : {};
  const on = page < last ? { next: link(page + 1), last: link(last) } : {};
  const pages = { ...back, ...on };
  return {
    items: items.slice(from, from + perPage),
    links: page > 1 || page < last ? { pages } : {},
    total,
  };
}
