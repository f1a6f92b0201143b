import { describe, expect, test } from "vitest";
import { errorOf, serve } from "./harness.ts";

const create = { name: "data-a", region: "nyc3", size_gigabytes: 10 };
const ids = (items: { id: string }[]): string[] => items.map(({ id }) => id);

describe("faults on this provider", () => {
  test("a stale list shows what was there, while single reads are fresh", async () => {
    const { call, volume, emulator, clock } = await serve({ actionDurationMs: 0 });
    const old = await volume("old");
    const gone = await volume("gone");
    await clock.advance(1000);
    const fresh = await volume("fresh");
    await call("DELETE", `/v2/volumes/${gone.id}`);
    await call("POST", `/v2/volumes/${old.id}/actions`, { type: "resize", size_gigabytes: 20 });
    emulator.faults.add({ kind: "stale-list", ms: 500 });
    const { body } = await call("GET", "/v2/volumes");
    expect(ids(body.volumes)).toEqual([gone.id, old.id].sort());
    expect(body.volumes.find(({ id }: { id: string }) => id === old.id).size_gigabytes).toBe(10);
    expect((await call("GET", "/v2/volumes?name=fresh&region=nyc3")).body.volumes).toEqual([]);
    expect((await call("GET", `/v2/volumes/${fresh.id}`)).status).toBe(200);
    expect((await call("GET", `/v2/volumes/${gone.id}`)).status).toBe(404);
    await clock.advance(500);
    expect(ids((await call("GET", "/v2/volumes")).body.volumes)).toEqual([fresh.id, old.id].sort());
  });

  test("a stale read shows what was there, while lists and changes are fresh", async () => {
    const { call, volume, emulator, clock } = await serve({
      actionDurationMs: 0,
      droplets: [{ id: 1001, region: "nyc3" }],
    });
    const { id } = await volume("old");
    const path = `/v2/volumes/${id}`;
    await call("POST", `${path}/actions`, { type: "attach", droplet_id: 1001 });
    await clock.advance(1000);
    await call("POST", `${path}/actions`, { type: "detach", droplet_id: 1001 });
    const fresh = await volume("fresh");
    emulator.faults.add({ kind: "stale-read", ms: 500 });
    expect((await call("GET", path)).body.volume.droplet_ids).toEqual([1001]);
    expect((await call("GET", `/v2/volumes/${fresh.id}`)).status).toBe(404);
    expect((await call("GET", "/v2/volumes")).body.volumes).toMatchObject([
      { droplet_ids: [] },
      { droplet_ids: [] },
    ]);
    expect((await call("POST", `${path}/actions`, { type: "detach", droplet_id: 1001 })).status).toBe(422);
    await clock.advance(500);
    expect((await call("GET", path)).body.volume.droplet_ids).toEqual([]);
    const { body } = await call("DELETE", path);
    expect([body, (await call("GET", path)).status]).toEqual([undefined, 200]);
  });

  test("a cap on pages cuts them without a word, and page numbers go by the cap", async () => {
    const { call, volume, emulator } = await serve();
    for (const name of ["a", "b", "c"]) await volume(name);
    emulator.faults.add({ kind: "query", atMost: { per_page: 2 } });
    const [first, second] = [
      await call("GET", "/v2/volumes?per_page=200"),
      await call("GET", "/v2/volumes?per_page=200&page=2"),
    ];
    expect([first.body.volumes.length, second.body.volumes.length]).toEqual([2, 1]);
    expect(first.body.meta.total).toBe(3);
    expect(first.body.links.pages.next).toContain("page=2");
  });

  test("an answer by status has the provider's error shape, request id and quota headers", async () => {
    const { call, emulator } = await serve();
    const slugs = [
      [429, "too_many_requests"],
      [500, "server_error"],
      [503, "service_unavailable"],
    ] as const;
    for (const [status, slug] of slugs) {
      emulator.faults.add({ kind: "answer", status, count: 1 });
      const reply = await call("GET", "/v2/volumes");
      expect(errorOf(reply).slice(0, 2)).toEqual([status, slug]);
      expect(reply.body.request_id).toBe(reply.headers.get("x-request-id"));
      expect(reply.headers.get("ratelimit-reset")).toMatch(/^\d+$/);
    }
  });

  test("a create whose answer was lost is there, and its repetition is 409", async () => {
    const { call, emulator } = await serve();
    emulator.faults.add({ kind: "cut-after", count: 1, match: { method: "POST", path: "/v2/volumes" } });
    await expect(call("POST", "/v2/volumes", create)).rejects.toThrow("fetch failed");
    expect((await call("POST", "/v2/volumes", create)).status).toBe(409);
    expect((await call("GET", "/v2/volumes?name=data-a&region=nyc3")).body.meta.total).toBe(1);
  });

  test("a create that commits late is there when its time has come", async () => {
    const { call, emulator, clock } = await serve();
    emulator.faults.add({ kind: "commit-late", ms: 3000, count: 1 });
    await expect(call("POST", "/v2/volumes", create)).rejects.toThrow("fetch failed");
    expect((await call("GET", "/v2/volumes")).body.meta.total).toBe(0);
    await clock.advance(3000);
    const { volumes } = (await call("GET", "/v2/volumes")).body;
    expect(volumes).toMatchObject([{ name: "data-a", created_at: "2026-08-01T10:00:03Z" }]);
  });

  test("requests that a fault keeps away use up no quota", async () => {
    const { call, emulator } = await serve({ quotaPerMinute: 5 });
    emulator.faults.add({ kind: "answer", status: 500, count: 3 });
    for (let count = 0; count < 3; count += 1) await call("GET", "/v2/account");
    expect((await call("GET", "/v2/account")).headers.get("ratelimit-remaining")).toBe("99");
  });

  test("lists in the log what was asked, without the token", async () => {
    const { call, emulator } = await serve({ tokens: ["secret-token"] });
    await call("GET", "/v2/volumes?note=secret-token", undefined, { authorization: "Bearer secret-token" });
    const log = JSON.stringify(emulator.log.entries());
    expect(log).toContain("/v2/volumes");
    expect(log).not.toContain("secret-token");
  });
});
