import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DriverPage, PageRequest, Paging } from "../../src/driver.ts";
import { PolyvolError } from "../../src/errors.ts";
import type { Listing, ListingPage } from "../../src/list/listing.ts";
import { createListing } from "../../src/list/listing.ts";
import { createWindows } from "../../src/list/window-reader.ts";
import { createChurningSource, type Item } from "./churning-source.ts";

const STYLES: Readonly<Record<string, Paging>> = {
  numbered: { style: "numbered", minPageSize: 6, maxPageSize: 8 },
  marker: { style: "marker", maxPageSize: 8 },
  cursor: { style: "cursor", maxPageSize: 8 },
};

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
    listing: createListing({
      name,
      source,
      matches: () => true,
      abortSignal: undefined,
      describeError: (error) => error,
    }),
    requests,
  };
}

test("what is no number is no size of a request and no limit", async () => {
  const paging: Paging = { style: "marker", maxPageSize: 8 };
  for (const value of [Number.NaN, "7"] as unknown as number[]) {
    expect(() => still(9, paging, value)).toThrow(/requestSize: found .*, allowed are numbers/);
    const { listing, requests } = still(9, paging);
    await expect(listing.toArray({ limit: value })).rejects.toMatchObject({ code: "invalid_argument" });
    expect(requests).toEqual([]);
  }
});

async function pagesOf(listing: Listing<Item>, pageSize: number): Promise<ListingPage<Item>[]> {
  const pages: ListingPage<Item>[] = [];
  for await (const page of listing.byPage({ pageSize })) pages.push(page);
  return pages;
}

describe("windows", () => {
  test("each shares an index with the one before, reaches further, and keeps to its sizes", () => {
    const windowAt = createWindows(150, 200);
    for (let index = 1; index < 2_000; index += 1) {
      const [before, window] = [windowAt(index - 1), windowAt(index)];
      expect(window.start).toBeLessThan(before.end);
      expect(window.end).toBeGreaterThan(before.end);
      expect(window.size).toBeGreaterThanOrEqual(150);
      expect(window.size).toBeLessThanOrEqual(200);
      expect(window.start).toBe((window.number - 1) * window.size);
    }
    // 100,000 items need 500 plain pages; 548 is the fewest that page numbers allow with an overlap everywhere.
    let needed = 0;
    while (windowAt(needed).end < 100_000) needed += 1;
    expect(needed + 1).toBe(548);
  });

  test.each([
    [1, 2],
    [2, 3],
    [3, 4],
    [12, 16],
    [75, 100],
  ])("sizes from %i to %i always get on, and leave no index out", (least, most) => {
    const windowAt = createWindows(least, most);
    for (let index = 1; index < 300; index += 1) {
      const [before, window] = [windowAt(index - 1), windowAt(index)];
      expect(window.size).toBeLessThanOrEqual(most);
      expect(window.end).toBeGreaterThan(before.end);
      expect(window.start).toBeLessThan(before.end + (window.overlaps ? 0 : 1));
      // From sizes of 16 on there is always an overlap, as far as any listing goes.
      if (most >= 16) expect(window.overlaps).toBe(true);
    }
  });
});

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
  return createListing({
    name: "items",
    source,
    matches: () => true,
    abortSignal: undefined,
    describeError: (error) => error,
  });
}

describe("endless and repeating pages end in an error", () => {
  type Answer = (page: PageRequest, request: number) => DriverPage<Item>;
  const full = (size: number, prefix: string): Item[] =>
    Array.from({ length: size }, (_, index) => ({ id: `${prefix}${index}` }));

  const cases: [string, keyof typeof STYLES, Answer][] = [
    [
      "the same page for every number",
      "numbered",
      (page) => ({ items: full(page.size, "x"), total: 10_000 }),
    ],
    [
      "a total that grows for ever",
      "numbered",
      (page) => {
        const start = ((page.number ?? 1) - 1) * page.size;
        const items = Array.from({ length: page.size }, (_, index) => ({ id: String(start + index) }));
        return { items, total: 20 + start };
      },
    ],
    [
      "the same token again",
      "cursor",
      (_page, request) => ({ items: full(2, `${request}-`), nextToken: "t" }),
    ],
    [
      "two tokens in turn",
      "cursor",
      (_page, request) => ({ items: full(2, `${request}-`), nextToken: `t${request % 2}` }),
    ],
    ["empty pages for ever", "cursor", (_page, request) => ({ items: [], nextToken: `t${request}` })],
    ["the first page after every marker", "marker", (page) => ({ items: full(page.size, "x") })],
  ];

  test.each(cases)("%s", async (_what, style, answer) => {
    let requests = 0;
    const source = {
      paging: STYLES[style] as Paging,
      concurrency: 4,
      requestSize: undefined,
      fetch: async (page: PageRequest) => {
        requests += 1;
        return answer(page, requests);
      },
    };
    const listing = createListing({
      name: "items",
      source,
      matches: () => true,
      abortSignal: undefined,
      describeError: (error) => error,
    });
    await expect(listing.toArray()).rejects.toMatchObject({ code: "malformed_response" });
    expect(requests).toBeLessThan(100);
  });
});

test("a listing without end is bounded even when every page is new", async () => {
  let id = 0;
  const fetch = async (page: PageRequest): Promise<DriverPage<Item>> => {
    const items = Array.from({ length: page.size }, () => ({ id: String(id++) }));
    return { items, nextToken: String(id) };
  };
  const source = {
    paging: { style: "cursor", maxPageSize: 1 } as const,
    concurrency: 1,
    requestSize: undefined,
    fetch,
  };
  const listing = createListing({
    name: "items",
    source,
    matches: () => true,
    abortSignal: undefined,
    describeError: (error) => error,
  });
  await expect(listing.toArray()).rejects.toMatchObject({ code: "malformed_response" });
  expect(id).toBeLessThanOrEqual(10_000);
});

test("a filter keeps tokens and order right", async () => {
  const source = createChurningSource({ count: 100, paging: STYLES["marker"] as Paging, churn: 0, seed: 5 });
  const matches = (item: Item): boolean => item.id.charCodeAt(0) % 2 === 0;
  const whole = (
    await createListing({
      name: "items",
      source,
      matches: () => true,
      abortSignal: undefined,
      describeError: (error) => error,
    }).toArray()
  ).filter(matches);
  const pages = await pagesOf(
    createListing({
      name: "items",
      source,
      matches,
      abortSignal: undefined,
      describeError: (error) => error,
    }),
    4,
  );
  expect(pages.flatMap((page) => page.items)).toEqual(whole);
});
