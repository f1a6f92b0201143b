import { describe, expect, inject, test } from "vitest";
import type { Paging } from "../../src/driver.ts";
import { PolyvolError } from "../../src/errors.ts";
import type { PageSource } from "../../src/list/source.ts";
import {
  type ChurningSource,
  type ChurnOptions,
  createChurningSource,
  type Item,
} from "./churning-source.ts";
import { listingOf } from "./listing-of.ts";

const NUMBERED: Paging = { style: "numbered", minPageSize: 150, maxPageSize: 200 };
const MARKER: Paging = { style: "marker", maxPageSize: 100 };

/** What every client does that walks page after page. */
async function plainPages(source: ChurningSource): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; ; number += 1) {
    const page = await source.fetch({ number, size: 200 }, new AbortController().signal);
    ids.push(...page.items.map((item) => item.id));
    if (page.items.length < 200) return ids;
  }
}

function idsOf(items: readonly Item[]): string[] {
  return items.map(({ id }) => id);
}

function missing(source: ChurningSource, ids: readonly string[]): number {
  const got = new Set(ids);
  return [...source.survivors].filter((id) => !got.has(id)).length;
}

describe("listing under balanced churn", () => {
  const base = { count: 3_000, paging: NUMBERED, churn: 1 } satisfies Partial<ChurnOptions>;

  const LISTINGS = inject("isFull") ? 300 : 10;
  const SEEDS = inject("isFull") ? 20 : 4;

  test(`${LISTINGS} listings of 3,000 items miss nothing that existed throughout, and repeat nothing`, async () => {
    const figures = {
      listings: LISTINGS,
      incomplete: 0,
      plainIncomplete: 0,
      repeated: 0,
      requests: 0,
      plainRequests: 0,
    };
    for (let seed = 1; seed <= figures.listings; seed += 1) {
      const source = createChurningSource({ ...base, seed });
      const ids = (await listingOf(source).toArray()).map((item) => item.id);
      if (missing(source, ids) > 0) figures.incomplete += 1;
      if (new Set(ids).size !== ids.length) figures.repeated += 1;
      figures.requests += source.requests.length;

      const plain = createChurningSource({ ...base, seed });
      if (missing(plain, await plainPages(plain)) > 0) figures.plainIncomplete += 1;
      figures.plainRequests += plain.requests.length;
    }
    process.stdout.write(`churn: ${JSON.stringify(figures)}\n`);
    expect(figures).toMatchObject({ incomplete: 0, repeated: 0 });
    // The comparison is worth something only where plain pages do lose items.
    expect(figures.plainIncomplete).toBeGreaterThan(figures.listings / 2);
  });

  test.each([1, 3, 10, 25])(
    "churn of %i per request: complete, or a conflict that says so",
    async (churn) => {
      let complete = 0;
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const source = createChurningSource({ ...base, churn, seed });
        const result = await listingOf(source)
          .toArray()
          .catch((error: { code: string }) => error.code);
        if (typeof result === "string") expect(result).toBe("conflict");
        else {
          complete += 1;
          expect(
            missing(
              source,
              result.map((item) => item.id),
            ),
          ).toBe(0);
        }
      }
      expect(complete).toBeGreaterThanOrEqual(SEEDS * 0.75);
    },
  );

  test.each(["error", "empty"] as const)(
    "marker paging, a gone marker answers with %s",
    async (goneMarker) => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const source = createChurningSource({ count: 1_000, paging: MARKER, churn: 5, seed, goneMarker });
        const ids = (await listingOf(source).toArray()).map((item) => item.id);
        expect(missing(source, ids)).toBe(0);
        expect(new Set(ids).size).toBe(ids.length);
      }
    },
  );

  test.each([
    ["numbered", NUMBERED],
    ["marker", MARKER],
  ] as const)(
    "%s: resumed from a token after every page, nothing is missed or repeated",
    async (_style, paging) => {
      for (let seed = 1; seed <= SEEDS / 2; seed += 1) {
        const source = createChurningSource({ count: 1_000, paging, churn: 1, seed });
        const ids: string[] = [];
        let continuationToken: string | undefined;
        do {
          const pages = listingOf(source).byPage({
            pageSize: 130,
            ...(continuationToken === undefined ? {} : { continuationToken }),
          });
          const { value } = await pages.next();
          await pages.return?.();
          ids.push(...(value?.items ?? []).map((item: Item) => item.id));
          continuationToken = value?.continuationToken;
        } while (continuationToken !== undefined);
        expect(missing(source, ids)).toBe(0);
        expect(new Set(ids).size).toBe(ids.length);
      }
    },
  );

  test.each([5, 20, 45, 100])(
    "numbered: of %i that are made in front while a walk from a token is read, none moves what was given out before into it",
    async (made) => {
      for (const atRequest of [1, 2, 3]) {
        const all = Array.from({ length: 200 }, (_, index) => ({ id: `old-${index}` }));
        let requests = 0;
        const source: PageSource<Item> = {
          paging: { style: "numbered", minPageSize: 15, maxPageSize: 20 },
          ...{ concurrency: 1, requestSize: undefined },
          fetch: async ({ number = 1, size }) => {
            requests += 1;
            const answer = { items: all.slice((number - 1) * size, number * size), total: all.length };
            if (requests === atRequest)
              all.unshift(...Array.from({ length: made }, (_, index) => ({ id: `new-${index}` })));
            return answer;
          },
        };
        requests = Number.NEGATIVE_INFINITY;
        const { value: first } = await listingOf(source).byPage({ pageSize: 70 }).next();
        requests = 0;
        const rest: string[] = [];
        const pages = listingOf(source).byPage({ continuationToken: first?.continuationToken });
        const read = async (): Promise<void> => {
          for await (const page of pages) rest.push(...idsOf(page.items));
        };
        const ended = await read().catch((error: { code: string }) => error.code);
        const given = new Set(idsOf(first?.items ?? []));
        expect(
          rest.filter((id) => given.has(id)),
          `at request ${atRequest}`,
        ).toEqual([]);
        expect(new Set(rest).size).toBe(rest.length);
        if (ended === undefined) expect(rest).toEqual(expect.arrayContaining(idsOf(all).slice(-130)));
        else expect(ended).toBe("conflict");
      }
    },
  );

  test.each([1, 2, 3, 4, 5, 6])(
    "requests of %i items miss nothing, or end with an error",
    async (requestSize) => {
      let complete = 0;
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const source = createChurningSource({ ...base, count: 140, requestSize, seed });
        const result = await listingOf(source)
          .toArray()
          .catch((error: { code: string }) => error.code);
        if (typeof result === "string") {
          expect(["conflict", "malformed_response"]).toContain(result);
          continue;
        }
        complete += 1;
        expect(missing(source, idsOf(result))).toBe(0);
      }
      expect(complete).toBeGreaterThanOrEqual(SEEDS * 0.75);
    },
  );

  test("a listing by markers whose places vanish again and again ends with what says so, and no word of a token", async () => {
    let made = 0;
    const source: PageSource<Item> = {
      ...{ paging: MARKER, concurrency: 8, requestSize: undefined },
      // Every page holds others than the one before, and whatever it could be gone on from has vanished since.
      fetch: async ({ after, size }) => {
        if (after !== undefined) throw new PolyvolError("not_found", "no such marker");
        return { items: Array.from({ length: size }, () => ({ id: `item-${++made}` })) };
      },
    };
    await expect(listingOf(source).toArray()).rejects.toMatchObject({
      code: "conflict",
      retryable: true,
      reason: expect.stringMatching(/^the listing changes faster than it can be read/),
    });
  });
});
