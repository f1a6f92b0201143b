import { describe, expect, test } from "vitest";
import { errorOf, serve } from "./harness.ts";

const tooSoon = "failed to create snapshot: this operation is rate-limited - one request per 10m0s";

test("of an account that another run of the emulator has left: it takes the id of none that is there", async () => {
  const before = await serve();
  const left = await before.volume("data-a");
  const { emulator, call, volume } = await serve();
  emulator.seed({ volumes: [{ id: left.id, name: "data-a", region: "nyc3", size_gigabytes: 10 }] });
  await volume("data-b");
  const { volumes } = (await call("GET", "/v2/volumes")).body;
  expect(volumes.map(({ name }: { name: string }) => name).sort()).toEqual(["data-a", "data-b"]);
});

describe("taking a snapshot", () => {
  test("answers 201 with the finished snapshot and makes no action", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    const reply = await call("POST", `/v2/volumes/${id}/snapshots`, {
      name: "Anything goes: 1 / 2",
      tags: ["daily"],
      volume_id: id,
      description: "ignored",
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      snapshot: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: "Anything goes: 1 / 2",
        regions: ["nyc3"],
        created_at: "2026-08-01T10:00:00Z",
        resource_id: id,
        resource_type: "volume",
        min_disk_size: 10,
        size_gigabytes: 0,
        tags: ["daily"],
      },
    });
    expect((await call("GET", `/v2/volumes/${id}/actions`)).body.meta.total).toBe(0);
  });

  test("is 422 without a name and 404 for an unknown volume", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    for (const body of [{}, { name: "" }, { name: null }]) {
      expect((await call("POST", `/v2/volumes/${id}/snapshots`, body)).status).toBe(422);
    }
    expect((await call("POST", `/v2/volumes/${id}/snapshots`, "nonsense")).status).toBe(400);
    expect((await call("POST", "/v2/volumes/0000/snapshots", { name: "x" })).status).toBe(404);
  });

  test("is 409 for a name that the volume has, and fine on another volume", async () => {
    const { call, volume, snapshot, clock } = await serve();
    const [a, b] = [await volume("data-a"), await volume("data-b")];
    await snapshot(a.id, "first");
    await snapshot(b.id, "first");
    await clock.advance(600_000);
    const again = await call("POST", `/v2/volumes/${a.id}/snapshots`, { name: "first" });
    expect(errorOf(again)).toEqual([409, "conflict", "failed to create snapshot: already exists"]);
  });

  test("lets the scope of names be set", async () => {
    const account = await serve({ snapshotNameScope: "account" });
    const [a, b] = [await account.volume("data-a"), await account.volume("data-b")];
    await account.snapshot(a.id, "first");
    expect((await account.call("POST", `/v2/volumes/${b.id}/snapshots`, { name: "first" })).status).toBe(409);
    const none = await serve({ snapshotNameScope: "none", snapshotIntervalMs: 0 });
    const { id } = await none.volume("data-a");
    await none.snapshot(id, "first");
    expect((await none.call("POST", `/v2/volumes/${id}/snapshots`, { name: "first" })).status).toBe(201);
  });

  test("is 429 for a second one within 10 minutes, without retry-after", async () => {
    const { call, volume, snapshot, clock } = await serve();
    const { id } = await volume("data-a");
    const first = await snapshot(id, "first");
    await clock.advance(599_999);
    await call("DELETE", `/v2/snapshots/${first.id}`);
    const early = await call("POST", `/v2/volumes/${id}/snapshots`, { name: "second" });
    expect(errorOf(early)).toEqual([429, "too_many_requests", tooSoon]);
    expect(early.body.request_id).toBe(early.headers.get("x-request-id"));
    expect(early.headers.has("retry-after")).toBe(false);
    await clock.advance(1);
    expect((await call("POST", `/v2/volumes/${id}/snapshots`, { name: "second" })).status).toBe(201);
  });

  test("counts the 10 minutes by volume, and not from what was refused", async () => {
    const { call, volume, snapshot, clock } = await serve();
    const [a, b] = [await volume("data-a"), await volume("data-b")];
    await snapshot(a.id, "first");
    await snapshot(b.id, "first");
    await clock.advance(300_000);
    expect((await call("POST", `/v2/volumes/${a.id}/snapshots`, { name: "second" })).status).toBe(429);
    await clock.advance(300_000);
    expect((await call("POST", `/v2/volumes/${a.id}/snapshots`, { name: "second" })).status).toBe(201);
  });

  test("lets the interval, its retry-after and its place before the name be set", async () => {
    const { call, volume, snapshot } = await serve({
      snapshotIntervalMs: 90_000,
      snapshotRetryAfter: true,
      snapshotCheckFirst: "interval",
    });
    const { id } = await volume("data-a");
    await snapshot(id, "first");
    const again = await call("POST", `/v2/volumes/${id}/snapshots`, { name: "first" });
    expect(again.status).toBe(429);
    expect(again.body.message).toContain("one request per 1m30s");
    expect(again.headers.get("retry-after")).toBe("90");
    const off = await serve({ snapshotIntervalMs: 0 });
    const other = await off.volume("data-a");
    await off.snapshot(other.id, "first");
    await off.snapshot(other.id, "second");
  });

  test("is refused at the 26th of a volume", async () => {
    const { call, volume, snapshot, clock } = await serve();
    const { id } = await volume("data-a");
    for (let number = 1; number <= 25; number += 1) {
      await snapshot(id, `s${number}`);
      await clock.advance(600_000);
    }
    const one = await call("POST", `/v2/volumes/${id}/snapshots`, { name: "s26" });
    expect([one.status, one.body.id]).toEqual([403, "forbidden"]);
    const [oldest] = (await call("GET", `/v2/volumes/${id}/snapshots`)).body.snapshots;
    await call("DELETE", `/v2/volumes/snapshots/${oldest.id}`);
    expect((await call("POST", `/v2/volumes/${id}/snapshots`, { name: "s26" })).status).toBe(201);
  });

  test("keeps the size of its moment, and is 403 when there is no room", async () => {
    const { call, volume, snapshot, clock } = await serve({ capacityGiB: 40 });
    const { id } = await volume("data-a");
    const small = await snapshot(id, "small");
    await call("POST", `/v2/volumes/${id}/actions`, { type: "resize", size_gigabytes: 20 });
    await clock.advance(600_000);
    expect((await call("GET", `/v2/snapshots/${small.id}`)).body.snapshot.min_disk_size).toBe(10);
    const large = await call("POST", `/v2/volumes/${id}/snapshots`, { name: "large" });
    const full = "failed to create snapshot: volume/snapshot capacity limit exceeded";
    expect(errorOf(large)).toEqual([403, "forbidden", full]);
  });

  test("shows tags as null on creation only when asked to be faithful, and odd region names on request", async () => {
    const { call, volume, snapshot } = await serve({
      faithfulNulls: true,
      snapshotRegionNames: { nyc1: "nbg1" },
    });
    const { id } = await volume("data-a", { region: "nyc1" });
    const made = await snapshot(id, "first");
    expect(made).toMatchObject({ tags: null, regions: ["nbg1"] });
    expect((await call("GET", `/v2/snapshots/${made.id}`)).body.snapshot.tags).toEqual([]);
    const restored = await call("POST", "/v2/volumes", { name: "b", region: "nyc1", snapshot_id: made.id });
    expect(restored.status).toBe(201);
  });
});

describe("reading and deleting snapshots", () => {
  async function mixed() {
    const server = await serve({ snapshotIntervalMs: 0 });
    const [a, b] = [await server.volume("data-a"), await server.volume("data-b", { region: "fra1" })];
    const taken = [
      await server.snapshot(a.id, "a1"),
      await server.snapshot(a.id, "a2"),
      await server.snapshot(b.id, "b1"),
    ];
    server.emulator.seed({
      snapshots: [
        {
          id: "6372321",
          name: "web-01",
          resource_type: "droplet",
          resource_id: "200776916",
          region: "nyc3",
          regions: ["nyc3", "sfo3"],
          min_disk_size: 25,
          size_gigabytes: 2.34,
          tags: ["web"],
        },
      ],
      images: [777],
    });
    const names = async (target: string): Promise<string[]> =>
      (await server.call("GET", target)).body.snapshots.map((one: { name: string }) => one.name).sort();
    return { ...server, a, b, taken, names };
  }

  test("lists both kinds together, or one, or those of a volume", async () => {
    const { names, a } = await mixed();
    expect(await names("/v2/snapshots")).toEqual(["a1", "a2", "b1", "web-01"]);
    expect(await names("/v2/snapshots?resource_type=volume")).toEqual(["a1", "a2", "b1"]);
    expect(await names("/v2/snapshots?resource_type=droplet")).toEqual(["web-01"]);
    expect(await names("/v2/snapshots?resource_type=volume&region=fra1")).toEqual(["b1"]);
    expect(await names(`/v2/snapshots?resource_type=volume&resource_id=${a.id}`)).toEqual(["a1", "a2", "b1"]);
    expect(await names(`/v2/volumes/${a.id}/snapshots`)).toEqual(["a1", "a2"]);
  });

  test("serves Droplet snapshots with numeric ids under /v2/snapshots only", async () => {
    const { call } = await mixed();
    const { snapshot } = (await call("GET", "/v2/snapshots/6372321")).body;
    expect(snapshot).toMatchObject({ id: "6372321", resource_type: "droplet", regions: ["nyc3", "sfo3"] });
    expect((await call("GET", "/v2/volumes/snapshots/6372321")).status).toBe(404);
    expect((await call("DELETE", "/v2/volumes/snapshots/6372321")).status).toBe(404);
    expect((await call("DELETE", "/v2/snapshots/6372321")).status).toBe(204);
  });

  test("is 400 for an image that is not a snapshot", async () => {
    const { call } = await mixed();
    for (const method of ["GET", "DELETE"]) {
      const reply = await call(method, "/v2/snapshots/777");
      expect(errorOf(reply)).toEqual([400, "bad_request", "the resource is not a snapshot"]);
    }
  });

  test("deletes by either path, 404 the second time", async () => {
    const { call, taken, names } = await mixed();
    const [first, second] = taken;
    expect((await call("GET", `/v2/volumes/snapshots/${first.id}`)).body).toEqual({ snapshot: first });
    expect((await call("DELETE", `/v2/snapshots/${first.id}`, {})).status).toBe(204);
    expect((await call("DELETE", `/v2/volumes/snapshots/${second.id}`)).status).toBe(204);
    for (const path of ["/v2/snapshots", "/v2/volumes/snapshots"]) {
      expect((await call("DELETE", `${path}/${first.id}`)).status).toBe(404);
      expect((await call("GET", `${path}/${second.id}`)).status).toBe(404);
    }
    expect(await names("/v2/snapshots?resource_type=volume")).toEqual(["b1"]);
  });
});
