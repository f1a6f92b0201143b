import { expect, test } from "vitest";
import type { DriverPage, PageRequest } from "../../src/driver.ts";
import type { Listing } from "../../src/list/listing.ts";
import type { PageHooks } from "../../src/list/source.ts";
import { listingOf } from "./listing-of.ts";

interface Item {
  readonly id: string;
}

interface Watched {
  readonly listing: Listing<Item>;
  /** What happened, in order: `ask n` when window n is asked for, `come n` when its answer is there, `read n` after. */
  readonly log: string[];
  /** Most windows asked for whose answer had not come. */
  readonly most: () => number;
}

/** 40 items in windows of at most 8, whose answers take some turns of the event loop each. */
function watched(concurrency: number, tellsAnswers = true): Watched {
  const log: string[] = [];
  const all = Array.from({ length: 40 }, (_, index) => ({ id: `item-${index}` }));
  let asked = 0;
  let open = 0;
  let most = 0;
  const fetch = async (
    { number = 1, size }: PageRequest,
    abortSignal: AbortSignal,
    attempts?: PageHooks,
  ): Promise<DriverPage<Item>> => {
    const own = asked;
    asked += 1;
    log.push(`ask ${own}`);
    open += 1;
    most = Math.max(most, open);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    abortSignal.throwIfAborted();
    open -= 1;
    log.push(`come ${own}`);
    if (tellsAnswers) await attempts?.onAnswer();
    log.push(`read ${own}`);
    return { items: all.slice((number - 1) * size, number * size), total: all.length };
  };
  const listing = listingOf({
    paging: { style: "numbered", minPageSize: 6, maxPageSize: 8 },
    concurrency,
    requestSize: undefined,
    fetch,
  });
  return { listing, log, most: () => most };
}

test("one at a time, the next window is asked for before the answer is read", async () => {
  const { listing, log, most } = watched(1);
  expect(await listing.toArray()).toHaveLength(40);
  expect(most()).toBe(1);
  const at = (what: string): number => log.indexOf(what);
  expect(at("ask 1")).toBeGreaterThan(at("read 0"));
  for (const window of [1, 2, 3]) {
    expect(at(`ask ${window + 1}`)).toBeGreaterThan(at(`come ${window}`));
    expect(at(`ask ${window + 1}`)).toBeLessThan(at(`read ${window}`));
  }
});

test.each([1, 2, 4, 8])("never more than %i windows are in flight", async (concurrency) => {
  for (const tellsAnswers of [true, false]) {
    const { listing, most } = watched(concurrency, tellsAnswers);
    expect(await listing.toArray()).toHaveLength(40);
    expect(most()).toBeLessThanOrEqual(concurrency);
  }
});

test("whoever leaves within the first window has sent one request", async () => {
  const { listing, log } = watched(4);
  for await (const item of listing) if (item.id === "item-3") break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.filter((each) => each.startsWith("ask"))).toEqual(["ask 0"]);
});

test("calls of next() that overlap are answered in their order, each item once", async () => {
  const iterator = watched(2).listing[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 45 }, () => iterator.next()));
  expect(results.map(({ value }) => value?.id)).toEqual([
    ...Array.from({ length: 40 }, (_, index) => `item-${index}`),
    ...Array.from({ length: 5 }, () => undefined),
  ]);
  expect(results.at(-1)?.done).toBe(true);
});

test("after return() there is nothing more, whatever was under way", async () => {
  const iterator = watched(2).listing[Symbol.asyncIterator]();
  const first = iterator.next();
  const returned = iterator.return?.();
  expect((await first).value).toEqual({ id: "item-0" });
  expect(await returned).toEqual({ done: true, value: undefined });
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("an answer that comes at once starts the next window once", async () => {
  const all = Array.from({ length: 40 }, (_, index) => ({ id: `item-${index}` }));
  const asked: number[] = [];
  const listing = listingOf({
    paging: { style: "numbered", minPageSize: 6, maxPageSize: 8 },
    concurrency: 2,
    requestSize: undefined,
    fetch: ({ number = 1, size }, _, attempts) => {
      asked.push((number - 1) * size);
      attempts?.onAnswer();
      return Promise.resolve({ items: all.slice((number - 1) * size, number * size), total: all.length });
    },
  });
  expect(await listing.toArray()).toEqual(all);
  expect(new Set(asked).size).toBe(asked.length);
});

test("a token with a place far beyond the end costs few requests, one beyond reason none", async () => {
  const { listing, log } = watched(4);
  const token = (index: number): string =>
    Buffer.from(JSON.stringify({ v: 1, listing: "items", anchors: ["gone"], index })).toString("base64url");
  const read = (index: number): Promise<unknown> =>
    listing.byPage({ continuationToken: token(index) }).next();
  await expect(read(500_000)).rejects.toMatchObject({ code: "conflict" });
  expect(log.filter((each) => each.startsWith("ask")).length).toBeLessThan(50);
  await expect(read(2 ** 52)).rejects.toMatchObject({ code: "invalid_argument" });
});
