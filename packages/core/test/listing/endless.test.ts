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
