import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DriverPage, PageRequest, Paging } from "../../src/driver.ts";
import { PolyvolError } from "../../src/errors.ts";
import type { Listing, ListingPage } from "../../src/list/listing.ts";
import { createChurningSource, type Item } from "./churning-source.ts";
import { listingOf } from "./listing-of.ts";
import { STYLES } from "./styles.ts";

interface Still {
  readonly listing: Listing<Item>;
  readonly requests: PageRequest[];
}

/** A collection that does not change, of items "000", "001", … */
function still(count: number, paging: Paging, requestSize?: number, name = "items"): Still {
  const all = Array.from({ length: count }, (_, index) => ({ id: String(index).padStart(3, "0") }));
  const requests: PageRequest[] = [];
  const fetch = async (page: PageRequest): Promise<DriverPage<Item>> => {
    requests.push(page);
    const after = all.findIndex((item) => item.id === page.after);
    const start = page.number === undefined ? after + 1 : (page.number - 1) * page.size;
    const items = all.slice(start, start + page.size);
    const last = items.at(-1);
    const more = last !== undefined && last !== all.at(-1);
    return { items, total: count, ...(more && paging.style === "cursor" ? { nextToken: last.id } : {}) };
  };
  const source = { paging, concurrency: 4, requestSize, fetch };
  return {
    listing: listingOf(source, { name }),
    requests,
  };
}

async function pagesOf(listing: Listing<Item>, pageSize: number): Promise<ListingPage<Item>[]> {
  const pages: ListingPage<Item>[] = [];
  for await (const page of listing.byPage({ pageSize })) pages.push(page);
  return pages;
}

describe.each(Object.entries(STYLES))("%s paging", (_name, paging) => {
  test("gives every item once, in order, whatever the sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, requestSize) => {
          const items = await still(count, paging, requestSize).listing.toArray();
          expect(items.map((item) => Number(item.id))).toEqual(
            Array.from({ length: count }, (_, index) => index),
          );
        },
      ),
    );
  });

  test("gives an item once that one page holds twice", async () => {
    const fetch = async () => ({ items: ["a", "b", "a"].map((id) => ({ id })), total: 2 });
    const listing = listingOf({ paging, concurrency: 4, requestSize: undefined, fetch });
    expect((await listing.toArray()).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await pagesOf(listing, 1)).toMatchObject([{ items: [{ id: "a" }] }, { items: [{ id: "b" }] }]);
  });

  test("gives an item once whose id, a UUID, is in capitals on every other page", async () => {
    const digits = Array.from({ length: 20 }, (_, index) => String(index).padStart(12, "0"));
    const all = digits.map((last) => `abcdefab-cdef-4abc-8def-${last}`);
    let asked = 0;
    const fetch = async ({ after, number, size }: PageRequest): Promise<DriverPage<Item>> => {
      const isShouting = asked++ % 2 === 1;
      const start = number === undefined ? all.indexOf(after?.toLowerCase() ?? "") + 1 : (number - 1) * size;
      const items = all.slice(start, start + size).map((id) => ({ id: isShouting ? id.toUpperCase() : id }));
      const nextToken = start + size < all.length ? items.at(-1)?.id : undefined;
      return { items, total: all.length, ...(nextToken && paging.style === "cursor" ? { nextToken } : {}) };
    };
    const open = () => listingOf({ paging, concurrency: 0, requestSize: 7, fetch });
    const given = (items: readonly Item[]) => items.map(({ id }) => id.toLowerCase());
    expect(given(await open().toArray())).toEqual(all);
    const pages: Item[] = [];
    for (let continuationToken: string | undefined; ; ) {
      const from = continuationToken === undefined ? {} : { continuationToken };
      const { value } = await open()
        .byPage({ pageSize: 3, ...from })
        .next();
      pages.push(...(value?.items ?? []));
      continuationToken = value?.continuationToken;
      if (continuationToken === undefined) break;
    }
    expect(given(pages)).toEqual(all);
  });

  test("byPage cuts anew: five items in pages of two are 2, 2 and 1, the last without a token", async () => {
    const pages = await pagesOf(still(5, paging).listing, 2);
    expect(pages.map((page) => page.items.length)).toEqual([2, 2, 1]);
    expect(pages.map((page) => page.continuationToken !== undefined)).toEqual([true, true, false]);
  });

  test("a full last page carries no token", async () => {
    const pages = await pagesOf(still(4, paging).listing, 2);
    expect(pages.map((page) => page.continuationToken !== undefined)).toEqual([true, false]);
  });

  test("a token goes on in another listing of the same name, from every place", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (count, pageSize) => {
          const ids: string[] = [];
          let continuationToken: string | undefined;
          do {
            const pages = still(count, paging).listing.byPage({
              pageSize,
              ...(continuationToken === undefined ? {} : { continuationToken }),
            });
            const { value } = await pages.next();
            ids.push(...(value?.items ?? []).map((item: Item) => item.id));
            continuationToken = value?.continuationToken;
          } while (continuationToken !== undefined);
          expect(ids).toEqual(Array.from({ length: count }, (_, index) => String(index).padStart(3, "0")));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("leaving the loop stops the requests", async () => {
    const { listing, requests } = still(500, paging);
    for await (const _item of listing) break;
    const sent = requests.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(requests.length).toBe(sent);
    expect(sent).toBeLessThanOrEqual(2);
  });

  test("toArray stops at its limit", async () => {
    const { listing, requests } = still(500, paging);
    expect(await listing.toArray({ limit: 3 })).toHaveLength(3);
    expect(requests.length).toBeLessThanOrEqual(2);
    expect(await listing.toArray({ limit: 0 })).toEqual([]);
  });

  test.each([
    "",
    "nonsense",
    Buffer.from('{"v":1}').toString("base64url"),
    Buffer.from("[1]").toString("base64url"),
  ])("the token %j is refused before any request", async (continuationToken) => {
    const { listing, requests } = still(5, paging);
    await expect(listing.byPage({ continuationToken }).next()).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(requests).toEqual([]);
  });

  test("a token of another listing is refused", async () => {
    const [page] = await pagesOf(still(5, paging, undefined, "others").listing, 2);
    const token = page?.continuationToken ?? "";
    await expect(still(5, paging).listing.byPage({ continuationToken: token }).next()).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("a place whose surroundings are all deleted is an error, not a silent repeat", async () => {
    const [page] = await pagesOf(createStill(paging, ["a1", "a2", "a3"]), 2);
    const later = createStill(paging, ["b1", "b2", "b3"]);
    const continuationToken = page?.continuationToken ?? "";
    await expect(later.byPage({ continuationToken }).next()).rejects.toMatchObject({ code: "conflict" });
  });
});

function createStill(paging: Paging, ids: readonly string[]): Listing<Item> {
  const all = ids.map((id) => ({ id }));
  const source = {
    paging,
    concurrency: 2,
    requestSize: undefined,
    fetch: async (page: PageRequest): Promise<DriverPage<Item>> => {
      if (paging.style === "marker" && page.after !== undefined && !ids.includes(page.after)) {
        throw new PolyvolError("not_found", "no such marker");
      }
      const items = page.number !== undefined && page.number > 1 ? [] : all;
      return { items, total: all.length };
    },
  };
  return listingOf(source);
}

test("a filter keeps tokens and order right", async () => {
  const source = createChurningSource({ count: 100, paging: STYLES["marker"] as Paging, churn: 0, seed: 5 });
  const matches = (item: Item): boolean => item.id.charCodeAt(0) % 2 === 0;
  const whole = (await listingOf(source).toArray()).filter(matches);
  const pages = await pagesOf(listingOf(source, { matches }), 4);
  expect(pages.flatMap((page) => page.items)).toEqual(whole);
});

describe("a token over pages of a service that does not keep its order", () => {
  const ids = Array.from({ length: 40 }, (_, index) => String(index).padStart(2, "0"));

  /** The listing by a token after ten of the items, as they stand by then. */
  async function rest(later: readonly string[]): Promise<readonly string[]> {
    let order: readonly string[] = ids;
    const fetch = async ({ number = 1, size }: PageRequest): Promise<DriverPage<Item>> => {
      const items = order.map((id) => ({ id })).slice((number - 1) * size, number * size);
      return { items, total: order.length };
    };
    const paging = { style: "numbered", minPageSize: 30, maxPageSize: 40 } as const;
    const listing = listingOf({ paging, concurrency: 1, requestSize: undefined, fetch });
    const { value } = await listing.byPage({ pageSize: 10 }).next();
    order = later;
    const found: string[] = [];
    for await (const { items } of listing.byPage({ continuationToken: value?.continuationToken }))
      found.push(...items.map(({ id }) => id));
    return found;
  }

  test("loses and repeats nothing where neighbours have changed places", async () => {
    const swapped = ids.with(9, "10").with(10, "09");
    expect(await rest(swapped)).toEqual(ids.slice(10));
    expect(await rest(["08", "09", ...ids.filter((id) => id !== "08" && id !== "09")].slice(2))).toEqual(
      ids.slice(10),
    );
  });

  test("ends in a conflict where it cannot tell what was given out", async () => {
    const halves = [
      ...ids.filter((_, index) => index % 3 === 0),
      ...ids.filter((_, index) => index % 3 !== 0),
    ];
    await expect(rest(halves)).rejects.toMatchObject({
      code: "conflict",
      reason: expect.stringContaining("gives its items in another order than before"),
    });
  });
});
