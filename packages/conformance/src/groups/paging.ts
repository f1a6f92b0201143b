import type { Listing, Volume } from "@polyvol/core";
import { expect } from "vitest";
import { fiveVolumes } from "../bench.ts";
import { idsOf, refuses } from "../expectations.ts";
import type { Suite } from "../suite.ts";

/** Cases 26 to 31 and 53. */
export function pagingCases(suite: Suite): void {
  suite.test("26. An invalid continuation token: invalid_argument", [], async (bench) => {
    await fiveVolumes(bench);
    const { volumes, snapshots } = bench.storage;
    const [first] = await pagesOf(volumes.list(), 2);
    const token = first?.continuationToken ?? "";
    expect(token).not.toBe("");
    for (const invalid of ["kit", "", "%%%", token.slice(0, -4)]) {
      await refuses(() => pagesOf(volumes.list(), 2, invalid), "invalid_argument");
    }
    await refuses(() => pagesOf(snapshots.list(), 2, token), "invalid_argument");
  });

  suite.test("27. Five items at a page size of 2: pages of 2, 2 and 1", [], async (bench) => {
    const made = await fiveVolumes(bench);
    const pages = await pagesOf(bench.storage.volumes.list(), 2);
    expect(pages.map((page) => page.items.length)).toEqual([2, 2, 1]);
    expect(pages.at(-1)?.continuationToken).toBeUndefined();
    expect(idsOf(pages.flatMap((page) => page.items))).toEqual(idsOf(made));
  });

  suite.test("28. A page size of 1 and the largest give the same items", [], async (bench) => {
    const made = await fiveVolumes(bench);
    const { volumes } = bench.storage;
    const { maxPageSize } = bench.driver.paging;
    for (const requestSize of [1, 2, maxPageSize]) {
      expect(idsOf(await volumes.list({}, { requestSize }).toArray())).toEqual(idsOf(made));
    }
    for (const pageSize of [1, 1_000]) {
      const pages = await pagesOf(volumes.list(), pageSize);
      expect(idsOf(pages.flatMap((page) => page.items))).toEqual(idsOf(made));
    }
  });

  suite.test(
    "29. Items of page one that go before page two cause no duplicate and no gap",
    [],
    async (bench) => {
      for (const requestSize of [2, undefined]) {
        const made = await fiveVolumes(bench);
        const { volumes } = bench.storage;
        const seen: Volume[] = [];
        const deleted: string[] = [];
        const listing = volumes.list({}, requestSize === undefined ? {} : { requestSize });
        for await (const page of listing.byPage({ pageSize: 2 })) {
          seen.push(...page.items);
          if (deleted.length > 0) continue;
          for (const each of page.items) {
            await volumes.delete(each.id);
            deleted.push(each.id);
          }
        }
        expect(new Set(seen.map((each) => each.id)).size, "ids that came once").toBe(seen.length);
        expect(idsOf(seen)).toEqual(idsOf(made));
        for (const each of made) await volumes.delete(each.id);
      }
    },
  );

  suite.test("30. Leaving the loop early stops the requests", [], async (bench) => {
    await fiveVolumes(bench);
    const { volumes } = bench.storage;
    const start = bench.requests().total;
    for await (const each of volumes.list({}, { requestSize: 1 })) expect(each.id).not.toBe("");
    const whole = bench.requests().total - start;
    for await (const each of volumes.list({}, { requestSize: 1 })) {
      expect(each.id).not.toBe("");
      break;
    }
    const early = bench.requests().total - start - whole;
    expect(early).toBeLessThanOrEqual(whole);
    if (bench.driver.paging.style !== "numbered") expect(early).toBeLessThan(whole);
    await bench.clock.sleep(120_000);
    expect(bench.requests().total - start - whole, "requests after leaving").toBe(early);
  });

  suite.test("31. A saved token continues in a new process", [], async (bench) => {
    const made = await fiveVolumes(bench);
    for (const requestSize of [2, undefined]) {
      const options = requestSize === undefined ? {} : { requestSize };
      for await (const page of bench.storage.volumes.list({}, options).byPage({ pageSize: 2 })) {
        const token = page.continuationToken ?? "";
        const rest = await pagesOf(bench.secondProcess().volumes.list({}, options), 2, token);
        expect(rest.map((each) => each.items.length)).toEqual([2, 1]);
        expect(idsOf([page, ...rest].flatMap((each) => each.items))).toEqual(idsOf(made));
        break;
      }
    }
  });

  suite.test("53. Five snapshots at a page size of 2: two, then three, none twice", [], async (bench) => {
    const { id } = await bench.volume();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push((await bench.snapshot(id)).id);
    const { snapshots } = bench.storage;
    const pages = await pagesOf(snapshots.list({ volumeId: id }), 2);
    expect(pages[0]?.items).toHaveLength(2);
    const rest = pages.slice(1).flatMap((page) => page.items);
    expect(rest).toHaveLength(3);
    expect(idsOf(pages.flatMap((page) => page.items))).toEqual([...made].sort());
  });
}

type Page<T> = Awaited<ReturnType<ReturnType<Listing<T>["byPage"]>["next"]>>["value"];

async function pagesOf<T>(listing: Listing<T>, pageSize: number, token?: string): Promise<Page<T>[]> {
  const pages: Page<T>[] = [];
  const options = token === undefined ? { pageSize } : { pageSize, continuationToken: token };
  for await (const page of listing.byPage(options)) pages.push(page);
  return pages;
}
