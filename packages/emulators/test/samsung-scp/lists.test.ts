import { describe, expect, test } from "vitest";
import { type Reply, type Scp, startScp, UNKNOWN } from "./harness.ts";

const names = (reply: Reply): string[] =>
  (reply.body.volumes ?? reply.body.snapshots ?? reply.body.volume_types).map(
    (one: { name: string }) => one.name,
  );

/** Volumes `volume-000001` to `-n`, a second apart, and as many snapshots as asked for. */
function filled(volumes: number, snapshots = 0, options: Parameters<typeof startScp>[0] = {}): Scp {
  const scp = startScp(options);
  scp.emulator.seed({ generate: { volumes, snapshots } });
  return scp;
}

const volumeName = (index: number): string => `volume-${String(index).padStart(6, "0")}`;

describe("faults on lists and reads", () => {
  test("a cap on pages cuts them without a word; the signature stays good", async () => {
    const { call, emulator, volume } = startScp();
    for (const name of ["a", "b", "c"]) await volume({ name });
    emulator.faults.add({ kind: "query", atMost: { limit: 2 } });
    const { status, body } = await call("GET", "/v1/volumes?limit=100");
    expect([status, body.count, body.volumes.length]).toEqual([200, 3, 2]);
    const rest = await call("GET", `/v1/volumes?limit=100&marker=${body.volumes[1].id}`);
    expect(rest.body.volumes).toHaveLength(1);
  });

  test("a stale read shows what was there, while lists are fresh", async () => {
    const { call, emulator, volume, snapshot, clock } = startScp();
    const id = await volume();
    const snapshotId = await snapshot(id);
    await clock.advance(60_000);
    await call("PUT", `/v1/snapshots/${snapshotId}`, { body: { name: "new" } });
    await call("PUT", `/v1/volumes/${id}`, { body: { name: "new" } });
    emulator.faults.add({ kind: "stale-read", ms: 1000 });
    expect((await call("GET", `/v1/volumes/${id}`)).body.name).toBe("data");
    expect((await call("GET", `/v1/snapshots/${snapshotId}`)).body.name).toBe("snap");
    expect((await call("GET", "/v1/volumes")).body.volumes[0].name).toBe("new");
    emulator.faults.clear();
    emulator.faults.add({ kind: "stale-read", ms: 300_000 });
    expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
  });
});

describe("pages of volumes", () => {
  test("have 20 items unless asked otherwise, newest first", async () => {
    const { call } = filled(45);
    const reply = await call("GET", "/v1/volumes");
    expect(reply.body.count).toBe(45);
    expect(names(reply)).toEqual(Array.from({ length: 20 }, (_, index) => volumeName(45 - index)));
  });

  test.each(["", "&sort=created_at:asc", "&sort=name:asc", "&sort=size:asc,name:desc"])(
    "follow each other by marker until a short one (%s)",
    async (sort) => {
      const { call } = filled(45);
      const seen: string[] = [];
      let marker = "";
      for (;;) {
        const reply = await call("GET", `/v1/volumes?limit=10${marker}${sort}`);
        seen.push(...names(reply));
        if (reply.body.volumes.length < 10) break;
        marker = `&marker=${reply.body.volumes.at(-1).id}`;
      }
      expect(seen).toHaveLength(45);
      expect(new Set(seen).size).toBe(45);
    },
  );

  test("can be addressed by offset, also behind a marker", async () => {
    const { call } = filled(30);
    const first = await call("GET", "/v1/volumes?limit=5&offset=5");
    expect(names(first)).toEqual([25, 24, 23, 22, 21].map(volumeName));
    const marker = first.body.volumes[0].id;
    expect(names(await call("GET", `/v1/volumes?limit=2&marker=${marker}&offset=1`))).toEqual(
      [23, 22].map(volumeName),
    );
    expect(names(await call("GET", "/v1/volumes?offset=100"))).toEqual([]);
    expect(names(await call("GET", "/v1/volumes?limit=0"))).toEqual([]);
  });

  test("stay complete when items come and go between them", async () => {
    const { call, clock, volume } = filled(30);
    const first = await call("GET", "/v1/volumes?limit=10");
    await volume({ name: "late" });
    await call("DELETE", `/v1/volumes/${first.body.volumes[3].id}`);
    await clock.advance(1000);
    const second = await call("GET", `/v1/volumes?limit=100&marker=${first.body.volumes[9].id}`);
    expect(names(second)).toEqual(Array.from({ length: 20 }, (_, index) => volumeName(20 - index)));
    expect(second.body.count).toBe(30);
  });

  test("in another order notice what has changed", async () => {
    const { call } = filled(3);
    const first = await call("GET", "/v1/volumes?sort=name:asc&limit=1");
    await call("PUT", `/v1/volumes/${first.body.volumes[0].id}`, { body: { name: "z" } });
    expect(names(await call("GET", "/v1/volumes?sort=name:asc"))).toEqual([
      volumeName(2),
      volumeName(3),
      "z",
    ]);
    const behind = await call("GET", `/v1/volumes?sort=name:desc&marker=${first.body.volumes[0].id}`);
    expect(names(behind)).toEqual([volumeName(3), volumeName(2)]);
  });

  test.each([
    ["limit=1001", "limit"],
    ["limit=-1", "limit"],
    ["limit=ten", "limit"],
    ["offset=-1", "offset"],
    ["with_count=perhaps", "with_count"],
    ["sort=colour", "sort"],
    ["sort=name:up", "sort"],
    ["bootable=perhaps", "bootable"],
  ])("refuse %s", async (query, field) => {
    const reply = await startScp().call("GET", `/v1/volumes?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0].detail).toEqual([expect.stringContaining(`Field "${field}" is invalid.`)]);
  });

  test("take the largest number that a client can send as any other", async () => {
    const { call } = filled(3, 3);
    const most = 2 ** 31 - 1;
    expect((await call("GET", `/v1/snapshots?limit=${most}`)).body.snapshots).toHaveLength(3);
    expect((await call("GET", `/v1/servers?limit=${most}`)).body.servers).toHaveLength(2);
    expect((await call("GET", `/v1/volumes?offset=${most}`)).body.volumes).toEqual([]);
    const [detail] = (await call("GET", `/v1/volumes?limit=${most}`)).body.errors[0].detail;
    expect(detail).toContain("The value should be 1000 or less.");
  });

  test("ignore parameters that they do not know", async () => {
    const { call } = filled(30);
    expect(names(await call("GET", "/v1/volumes?page=2&size=5"))).toHaveLength(20);
    expect((await call("GET", "/v1/volumes?limit=1000")).body.volumes).toHaveLength(30);
  });

  test("leave the count out on request", async () => {
    const { call } = filled(3);
    expect((await call("GET", "/v1/volumes?with_count=false")).body).not.toHaveProperty("count");
    expect((await call("GET", "/v1/volumes?with_count=true&limit=1")).body.count).toBe(3);
  });
});

describe("a marker whose item is gone", () => {
  const gone = async (options: Parameters<typeof startScp>[0], query = ""): Promise<Reply> =>
    filled(5, 0, options).call("GET", `/v1/volumes?limit=2&marker=${UNKNOWN}${query}`);
  test("is 404 as in Cinder, or what the option says", async () => {
    expect((await gone({})).status).toBe(404);
    expect((await gone({ goneMarker: 400 })).body.errors[0].code).toBe("VirtualServer.BadRequest");
    expect(names(await gone({ goneMarker: "first" }))).toEqual([5, 4].map(volumeName));
    expect(names(await gone({ goneMarker: "first" }, "&sort=name"))).toEqual([1, 2].map(volumeName));
    for (const query of ["", "&sort=name"])
      expect((await gone({ goneMarker: "empty" }, query)).body).toEqual({ count: 5, volumes: [] });
  });
});

describe("filters", () => {
  test("match names exactly, or in part by option", async () => {
    expect(names(await filled(12).call("GET", "/v1/volumes?name=volume-000001"))).toEqual([volumeName(1)]);
    const partial = filled(12, 12, { nameFilter: "partial" });
    const reply = await partial.call("GET", "/v1/volumes?name=00001&limit=2");
    expect(names(reply)).toEqual([12, 11].map(volumeName));
    expect(reply.body.count).toBe(4);
    expect((await partial.call("GET", "/v1/snapshots?name=00001")).body.count).toBe(4);
  });

  test("match state and bootable", async () => {
    const { call, emulator } = filled(2);
    emulator.seed({
      volumes: [
        { name: "bad", state: "error" },
        { name: "boot", bootable: true },
      ],
    });
    expect(names(await call("GET", "/v1/volumes?state=error"))).toEqual(["bad"]);
    expect(names(await call("GET", "/v1/volumes?bootable=true"))).toEqual(["boot"]);
    expect((await call("GET", "/v1/volumes?bootable=false&state=available")).body.count).toBe(2);
  });
});

describe("pages of snapshots", () => {
  test("have everything unless asked otherwise", async () => {
    const { call } = filled(3, 60);
    expect((await call("GET", "/v1/snapshots")).body.snapshots).toHaveLength(60);
    const limited = filled(3, 60, { snapshotDefaultLimit: 20, snapshotMaxLimit: 50 });
    expect((await limited.call("GET", "/v1/snapshots")).body.snapshots).toHaveLength(20);
    expect((await limited.call("GET", "/v1/snapshots?limit=51")).status).toBe(400);
    expect((await call("GET", "/v1/snapshots?limit=5000")).status).toBe(200);
  });

  test("can be those of one volume", async () => {
    const { call } = filled(3, 60);
    const { id } = (await call("GET", "/v1/volumes?name=volume-000002")).body.volumes[0];
    const first = await call("GET", `/v1/snapshots?volume_id=${id}&limit=15`);
    expect(first.body.count).toBe(20);
    expect(new Set(first.body.snapshots.map((one: { volume_id: string }) => one.volume_id))).toEqual(
      new Set([id]),
    );
    const marker = first.body.snapshots.at(-1).id;
    const second = await call("GET", `/v1/snapshots?volume_id=${id}&limit=15&marker=${marker}`);
    expect(second.body.snapshots).toHaveLength(5);
    expect((await call("GET", `/v1/snapshots?volume_id=${UNKNOWN}`)).body).toEqual({
      count: 0,
      snapshots: [],
    });
    expect((await call("GET", "/v1/snapshots?name=")).status).toBe(400);
  });

  test("are sorted from 1.3 on; before it the parameter is ignored", async () => {
    const { call } = filled(1, 3);
    const sorted = (version: string, sort: string): Promise<string[]> =>
      call("GET", `/v1/snapshots?sort=${sort}`, { version }).then((reply) =>
        names(reply).map((name) => name.slice(-1)),
      );
    expect(await sorted("1.3", "created_at:asc")).toEqual(["1", "2", "3"]);
    expect(await sorted("1.3", "name%3Adesc")).toEqual(["3", "2", "1"]);
    expect(await sorted("1.2", "created_at:asc")).toEqual(["3", "2", "1"]);
    expect(await sorted("1.2", "nonsense")).toEqual(["3", "2", "1"]);
    expect((await call("GET", "/v1/snapshots?sort=nonsense")).status).toBe(400);
  });
});

describe("a stale list", () => {
  test("shows things as they were, single reads do not", async () => {
    const { call, clock, emulator, volume, snapshot } = startScp();
    const old = await volume({ name: "old" });
    const gone = await snapshot(old, { name: "gone" });
    await clock.advance(10_000);
    await call("PUT", `/v1/volumes/${old}`, { body: { name: "renamed" } });
    await call("DELETE", `/v1/snapshots/${gone}`);
    await clock.advance(2000);
    const young = await volume({ name: "young" });
    emulator.faults.add({ kind: "stale-list", ms: 6000 });
    const volumes = await call("GET", "/v1/volumes");
    expect(volumes.body).toMatchObject({ count: 1, volumes: [{ id: old, name: "old" }] });
    const snapshots = await call("GET", `/v1/snapshots?volume_id=${old}&name=gone`);
    expect(snapshots.body).toMatchObject({ count: 1, snapshots: [{ id: gone, status: "available" }] });
    expect((await call("GET", `/v1/volumes/${young}`)).body.name).toBe("young");
    expect((await call("GET", `/v1/snapshots/${gone}`)).status).toBe(404);
    expect((await call("GET", `/v1/volumes?marker=${young}`)).status).toBe(404);
    emulator.faults.clear();
    expect(names(await call("GET", "/v1/volumes"))).toEqual(["young", "renamed"]);
    expect((await call("GET", "/v1/snapshots")).body.count).toBe(0);
  });
});
