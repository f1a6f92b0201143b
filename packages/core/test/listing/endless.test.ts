import { describe, expect, test } from "vitest";
import type { DriverPage, PageRequest, Paging } from "../../src/driver.ts";
import type { PageSource } from "../../src/list/source.ts";
import type { Item } from "./churning-source.ts";
import { listingOf } from "./listing-of.ts";
import { STYLES } from "./styles.ts";

const allOf = (source: PageSource<Item>): Promise<Item[]> => listingOf(source).toArray();

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
    await expect(allOf(source)).rejects.toMatchObject({ code: "malformed_response" });
    expect(requests).toBeLessThan(100);
  });
});

describe("with a token from page to page, as in a new process each time, it ends in an error, too", () => {
  const ALL = Array.from({ length: 60 }, (_, index) => ({ id: String(index).padStart(2, "0") }));
  const first = (size: number): readonly Item[] => ALL.slice(0, size);
  const behind = (id: string | undefined): number => ALL.findIndex((each) => each.id === id) + 1;
  type Answer = (page: PageRequest) => DriverPage<Item>;
  const cases: [string, Paging["style"], number, Answer][] = [
    ["the first page after every marker", "marker", 20, ({ size }) => ({ items: first(size) })],
    ["the first page and a total", "marker", 20, ({ size }) => ({ items: first(size), total: 60 })],
    [
      "pages that go round",
      "marker",
      1,
      ({ size, after }) => ({ items: [...ALL, ...ALL].slice(behind(after)).slice(0, size) }),
    ],
    [
      "the first page for every token",
      "cursor",
      20,
      ({ size, after = "" }) => ({ items: first(size), nextToken: `${after}x` }),
    ],
    ["the first page for every number", "numbered", 20, ({ size }) => ({ items: first(size), total: 60 })],
  ];

  test.each(cases)("%s (%s)", async (_what, style, maxPageSize, answer) => {
    const source = {
      paging: { style, minPageSize: maxPageSize, maxPageSize },
      concurrency: 4,
      requestSize: undefined,
      fetch: async (page: PageRequest): Promise<DriverPage<Item>> => answer(page),
    };
    for (const pageSize of [3, 20, 25]) {
      let continuationToken: string | undefined;
      let pages = 0;
      const next = async (): Promise<void> => {
        const { value } = await listingOf(source).byPage({ pageSize, continuationToken }).next();
        continuationToken = value?.continuationToken;
        pages += 1;
        expect([typeof continuationToken, pages < 10_000]).toEqual(["string", true]);
        await next();
      };
      await expect(next()).rejects.toMatchObject({ code: "malformed_response" });
    }
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
  await expect(allOf(source)).rejects.toMatchObject({ code: "malformed_response" });
  expect(id).toBeLessThanOrEqual(10_000);
});
