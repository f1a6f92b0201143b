import { describe, expect, test } from "vitest";
import { bulkSeed } from "../../src/digitalocean/index.ts";
import { type Server, serve } from "./harness.ts";

async function withVolumes(count: number): Promise<Server> {
  const server = await serve();
  server.emulator.seed(bulkSeed({ volumes: count, snapshots: 0, until: server.clock.now() }));
  return server;
}

describe("pages", () => {
  test("have no links when everything is on one", async () => {
    const { call } = await withVolumes(20);
    const { body } = await call("GET", "/v2/volumes");
    expect([body.volumes.length, body.links, body.meta]).toEqual([20, {}, { total: 20 }]);
    const empty = await serve();
    expect((await empty.call("GET", "/v2/volumes")).body).toEqual({
      volumes: [],
      links: {},
      meta: { total: 0 },
    });
  });

  test("link to where there is something to go to, with the page first and filters kept", async () => {
    const { call, url } = await withVolumes(5);
    const at = (page: number): string => `${url}/v2/volumes?page=${page}&per_page=2&region=nyc3`;
    const links = async (page: number): Promise<unknown> =>
      (await call("GET", `/v2/volumes?region=nyc3&per_page=2&page=${page}`)).body.links.pages;
    expect(await links(1)).toEqual({ next: at(2), last: at(3) });
    expect(await links(2)).toEqual({ first: at(1), prev: at(1), next: at(3), last: at(3) });
    expect(await links(3)).toEqual({ first: at(1), prev: at(2) });
  });

  test("are empty past the end, with the true total and a way back", async () => {
    const { call, url } = await withVolumes(5);
    const { status, body } = await call("GET", "/v2/volumes?per_page=2&page=9");
    const back = {
      first: `${url}/v2/volumes?page=1&per_page=2`,
      prev: `${url}/v2/volumes?page=3&per_page=2`,
    };
    expect([status, body]).toEqual([200, { volumes: [], links: { pages: back }, meta: { total: 5 } }]);
  });

  test("hold 20 unless told otherwise and 200 at most", async () => {
    const { call } = await withVolumes(450);
    const size = async (query: string): Promise<number> =>
      (await call("GET", `/v2/volumes?${query}`)).body.volumes.length;
    expect(await size("")).toBe(20);
    expect(await size("per_page=200")).toBe(200);
    expect(await size("per_page=300")).toBe(200);
    expect(await size("per_page=2147483647")).toBe(200);
    expect(await size("page=2147483647")).toBe(0);
    for (const odd of ["per_page=0", "per_page=-5", "per_page=many", "per_page="])
      expect(await size(odd)).toBe(20);
    for (const odd of ["page=0", "page=-1", "page=x"]) expect(await size(odd)).toBe(20);
  });

  test("give every item once, over all of them", async () => {
    const { call } = await withVolumes(123);
    const seen: string[] = [];
    let next: string | undefined = "/v2/volumes?per_page=25";
    while (next !== undefined) {
      const { body } = await call("GET", next);
      seen.push(...body.volumes.map((one: { id: string }) => one.id));
      const url: string | undefined = body.links.pages?.next;
      next = url === undefined ? undefined : url.slice(new URL(url).origin.length);
    }
    expect(new Set(seen).size).toBe(123);
    expect(seen).toEqual([...seen].sort());
  });

  test("link to the public URL when there is one", async () => {
    const { call, volume } = await serve({ publicUrl: "https://api.example.com/" });
    for (const name of ["a", "b"]) await volume(name);
    const { body } = await call("GET", "/v2/volumes?per_page=1");
    expect(body.links.pages.next).toBe("https://api.example.com/v2/volumes?page=2&per_page=1");
  });

  test("count the filtered items", async () => {
    const { call, volume } = await serve();
    await volume("a");
    await volume("b", { region: "fra1" });
    expect((await call("GET", "/v2/volumes?region=fra1&page=1&per_page=1")).body.meta.total).toBe(1);
  });
});
