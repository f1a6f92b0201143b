/** Where a listing ends: never while the provider says that there is more. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DriverPage, PageRequest, Paging } from "../../src/driver.ts";
import { PolyvolError } from "../../src/errors.ts";
import type { Listing, ListingPage } from "../../src/list/listing.ts";
import type { PageOptions } from "../../src/options.ts";
import { createChurningSource, type Item } from "./churning-source.ts";
import { listingOf } from "./listing-of.ts";

const STYLES = {
  numbered: { style: "numbered", minPageSize: 15, maxPageSize: 20 },
  marker: { style: "marker", maxPageSize: 20 },
  cursor: { style: "cursor", maxPageSize: 20 },
} as const satisfies Readonly<Record<string, Paging>>;
type Style = keyof typeof STYLES;
const EACH_STYLE = Object.keys(STYLES) as Style[];

interface Served {
  readonly listing: Listing<Item>;
  readonly requests: PageRequest[];
  readonly pauses: number[];
}

type Answer = (page: PageRequest, request: number) => DriverPage<Item>;

function serve(style: Style, answer: Answer, widen?: () => boolean): Served {
  const requests: PageRequest[] = [];
  const pauses: number[] = [];
  const listing = listingOf({
    paging: STYLES[style],
    concurrency: 4,
    requestSize: undefined,
    fetch: async (page) => {
      requests.push(page);
      return answer(page, requests.length);
    },
    pause: async (attempt) => void pauses.push(attempt),
    ...(widen === undefined ? {} : { widen }),
  });
  return { listing, requests, pauses };
}

const numbered = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: String(index).padStart(5, "0") }));

interface Cut {
  readonly items: readonly Item[];
  readonly more: boolean;
  readonly last: string | undefined;
}

/** One page as a service cuts it that never gives more than `cap` items, and counts its pages by what it gives. */
function cut(all: readonly Item[], page: PageRequest, cap: number): Cut {
  const size = Math.min(page.size, cap);
  const place = page.after === undefined ? -1 : all.findIndex((item) => item.id === page.after);
  const start = page.number === undefined ? place + 1 : (page.number - 1) * size;
  const items = all.slice(start, start + size);
  return { items, more: start + items.length < all.length, last: items.at(-1)?.id };
}

/** What a service says of more to come, beside the items. */
type Says = "total" | "hasMore";

function toPage(style: Style, { items, more, last }: Cut, says: Says, total: number): DriverPage<Item> {
  return {
    items,
    ...(says === "total" ? { total } : {}),
    ...(says === "hasMore" && more ? { hasMore: true } : {}),
    ...(style === "cursor" && more && last !== undefined ? { nextToken: last } : {}),
  };
}

const ids = (items: readonly Item[]): string[] => items.map((item) => item.id);

describe.each(EACH_STYLE)("%s: a service that gives less than is asked for", (style) => {
  test.each(["total", "hasMore"] as const)(
    "is read on to the end by its %s, whatever it gives",
    async (says) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 150 }),
          fc.integer({ min: 2, max: 25 }),
          async (count, cap) => {
            const all = numbered(count);
            const answer: Answer = (page) => toPage(style, cut(all, page, cap), says, count);
            const { listing } = serve(style, answer);
            expect(ids(await listing.toArray())).toEqual(ids(all));
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test("goes on from a token of any place", async () => {
    const all = numbered(53);
    const answer: Answer = (page) => toPage(style, cut(all, page, 7), "total", 53);
    for await (const page of serve(style, answer).listing.byPage({ pageSize: 6 })) {
      const { continuationToken, items } = page;
      if (continuationToken === undefined) continue;
      const rest: Item[] = [];
      for await (const later of serve(style, answer).listing.byPage({ continuationToken })) {
        rest.push(...later.items);
      }
      expect(ids(rest)[0]).toBe(ids(all)[ids(all).indexOf(items.at(-1)?.id ?? "") + 1]);
      expect(ids(rest).at(-1)).toBe(ids(all).at(-1));
    }
  });

  test("and one that gives what is asked for costs no request more", async () => {
    for (const count of [0, 1, 19, 20, 21, 57, 140]) {
      const all = numbered(count);
      const told = (says: Says): Served =>
        serve(style, (page) => {
          const answer = toPage(style, cut(all, page, 99), says, count);
          return says === "hasMore" ? { hasMore: false, ...answer } : answer;
        });
      const [counting, linking] = [told("total"), told("hasMore")];
      for (const { listing } of [counting, linking]) expect(await listing.toArray()).toHaveLength(count);
      expect(counting.requests.length, `${count} items`).toBe(linking.requests.length);
      expect(counting.pauses).toEqual([]);
    }
  });

  test.each([
    ["nothing at all", 0],
    ["a part and then nothing", 9],
  ])("%s is an error that names both numbers, within few requests", async (_, gives) => {
    const answer: Answer = (page) => {
      const isFirst = page.after === undefined && (page.number ?? 1) === 1;
      return { items: isFirst ? numbered(gives) : [], total: 650 };
    };
    const { listing, requests, pauses } = serve(style, answer);
    await expect(listing.toArray()).rejects.toMatchObject({
      code: "malformed_response",
      retryable: true,
      reason: expect.stringMatching(new RegExp(`counts 650 and gave ${gives}\\b`)),
    });
    expect(requests.length).toBeLessThan(25);
    expect(pauses.length).toBeGreaterThan(0);
  });

  test("a total beyond all bounds is not believed, and not passed over", async () => {
    const all = numbered(65);
    const answer: Answer = (page) => toPage(style, cut(all, page, 99), "total", 1_000_000_000);
    const { listing, requests } = serve(style, answer);
    await expect(listing.toArray()).rejects.toMatchObject({
      code: "malformed_response",
      reason: expect.stringContaining("counts 1000000000 and gave 65"),
    });
    expect(requests.length).toBeLessThan(60);
  });

  test("an answer in the middle of a change is read again, and the listing ends well", async () => {
    // The count lags behind the list for three answers.
    const all = numbered(18);
    const answer: Answer = (page, request) =>
      toPage(style, cut(all, page, 99), "total", request <= 3 ? 19 : 18);
    const { listing, requests } = serve(style, answer);
    expect(await listing.toArray()).toHaveLength(18);
    expect(requests.length).toBeLessThan(12);
  });

  test("an empty first page that was a mistake is one", async () => {
    const all = numbered(45);
    const answer: Answer = (page, request) =>
      request === 1 ? { items: [], total: 45 } : toPage(style, cut(all, page, 99), "total", 45);
    expect(await serve(style, answer).listing.toArray()).toHaveLength(45);
  });

  test("a filter that the total does not count is left out", async () => {
    // 30 of 90 are asked for, and all are counted.
    const all = numbered(90);
    let isFiltered = true;
    const widen = (): boolean => {
      const was = isFiltered;
      isFiltered = false;
      return was;
    };
    const answer: Answer = (page) =>
      toPage(style, cut(isFiltered ? all.filter((_, index) => index % 3 === 0) : all, page, 99), "total", 90);
    const { listing } = serve(style, answer, widen);
    const found = ids(await listing.toArray());
    expect(new Set(found).size).toBe(found.length);
    expect([...found].sort()).toEqual(ids(all));
  });
});

test.each(["numbered", "marker"] as const)(
  "%s: a service that says nothing of an end is asked for what comes after its short page",
  async (style) => {
    for (const count of [0, 1, 19, 20, 21, 57, 140]) {
      for (const cap of [7, 13, 99]) {
        const all = numbered(count);
        const silent = serve(style, (page) => ({ items: cut(all, page, cap).items }));
        const listed = ids(await silent.listing.toArray());
        expect(listed, `${count} items, ${cap} at most`).toEqual(ids(all));
      }
    }
  },
);

describe.each(["numbered", "marker"] as const)(
  "%s: a service that gives the same to every request",
  (style) => {
    const always = (count: number): Listing<Item> => serve(style, () => ({ items: numbered(count) })).listing;

    test("does not page, where that is fewer than any page holds", async () => {
      for (const count of [1, 2, 3, 9]) {
        expect(await always(count).toArray()).toHaveLength(count);
        for await (const page of always(count).byPage({ pageSize: 2 })) {
          const { continuationToken } = page;
          if (continuationToken === undefined) continue;
          const { value: next } = await always(count).byPage({ pageSize: 2, continuationToken }).next();
          expect(next?.items[0]?.id).toBe(numbered(count)[Number(page.items.at(-1)?.id) + 1]?.id);
        }
      }
    });

    test("has pages of its own, where it may be one", async () => {
      for (const count of [10, 19])
        await expect(always(count).toArray()).rejects.toMatchObject({ code: "malformed_response" });
    });
  },
);

test("numbered: an error behind the last page of a service that says nothing of an end is its end", async () => {
  const silent = serve("numbered", (page) => {
    const { items } = cut(numbered(7), page, 99);
    if (items.length === 0) throw new PolyvolError("not_found", "there is no such page");
    return { items };
  });
  expect(await silent.listing.toArray()).toHaveLength(7);
});

describe("changes while a listing is read", () => {
  test.each(["numbered", "marker"] as const)("%s: cuts and changes together lose nothing", async (style) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const churning = createChurningSource({ count: 300, paging: STYLES[style], churn: 1, seed });
      const listing = listingOf({
        ...churning,
        // Whatever is asked for, at most 13 come.
        fetch: (page, abortSignal, attempts) =>
          churning
            .fetch({ ...page, size: Math.min(page.size, 13) }, abortSignal, attempts)
            .then((answer) =>
              style === "marker" && answer.items.length === 13 ? { ...answer, hasMore: true } : answer,
            ),
      });
      const found = new Set(ids(await listing.toArray()));
      expect(
        [...churning.survivors].filter((id) => !found.has(id)),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  test.each(["marker", "cursor"] as const)(
    "%s: what is made in front meanwhile is no fault",
    async (style) => {
      let all = numbered(70);
      const answer: Answer = (page, request) => {
        if (request < 5) all = [{ id: `new-${request}` }, ...all];
        return toPage(style, cut(all, page, 99), "total", all.length);
      };
      const found = ids(await serve(style, answer).listing.toArray());
      expect(found).toEqual(expect.arrayContaining(ids(numbered(70))));
      expect(new Set(found).size).toBe(found.length);
    },
  );
});

test.each(["marker", "cursor"] as const)(
  "%s: what is made in front between two processes is no fault, either",
  async (style) => {
    const all = numbered(50);
    const answer: Answer = (page) => toPage(style, cut(all, page, 99), "total", all.length);
    const [first] = await pagesOf(serve(style, answer).listing, {});
    all.unshift({ id: "new-1" }, { id: "new-2" });
    const { listing, pauses } = serve(style, answer);
    const rest = await pagesOf(listing, { continuationToken: first?.continuationToken ?? "" });
    expect(ids(rest.flatMap(({ items }) => items))).toEqual(ids(all.slice(7)));
    expect(pauses).toEqual([]);
  },
);

async function pagesOf(listing: Listing<Item>, options: PageOptions): Promise<ListingPage<Item>[]> {
  const pages: ListingPage<Item>[] = [];
  for await (const page of listing.byPage({ pageSize: 5, ...options })) pages.push(page);
  return pages;
}

test("markers that are gone, and then the same page for ever: few requests", async () => {
  let asked = 0;
  const answer: Answer = (page) => {
    asked += 1;
    if (page.after !== undefined && asked <= 9) throw new PolyvolError("not_found", "no such marker");
    return { items: numbered(20) };
  };
  const { listing, requests } = serve("marker", answer);
  await expect(listing.toArray()).rejects.toMatchObject({ code: "malformed_response" });
  expect(requests.length).toBeLessThan(40);
});

test("a page with a link to a next one that never comes is an error", async () => {
  const answer: Answer = (page) => ({ items: page.after === undefined ? numbered(5) : [], hasMore: true });
  await expect(serve("marker", answer).listing.toArray()).rejects.toMatchObject({
    code: "malformed_response",
    reason: "the service says that more follows and gave 5; the listing is incomplete",
  });
});
