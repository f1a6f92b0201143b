import { describe, expect, test } from "vitest";
import { type Reply, SERVER, startScp, UNKNOWN } from "./harness.ts";

const BASE_KEYS = [
  "bootable",
  "created_at",
  "encrypted",
  "id",
  "modified_at",
  "multiattach",
  "name",
  "servers",
  "size",
  "snapshot_id",
  "state",
  "user_id",
  "volume_image_metadata",
  "volume_type",
  "volume_type_id",
];
const QOS_KEYS = [...BASE_KEYS, "max_iops", "max_throughput"];

const details = (reply: Reply): readonly string[] => reply.body.errors[0].detail;
const codes = (reply: Reply): unknown => [reply.status, reply.body.errors[0].code];

describe("create", () => {
  test("is accepted, creating, then available", async () => {
    const { call, clock } = startScp();
    const reply = await call("POST", "/v1/volumes", { body: { name: "data 1", size: 104 } });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({
      bootable: false,
      created_at: "2026-06-01T00:00:00.000Z",
      encrypted: true,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      max_iops: null,
      max_throughput: null,
      modified_at: null,
      multiattach: false,
      name: "data 1",
      servers: [],
      size: 104,
      snapshot_id: null,
      state: "creating",
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      volume_image_metadata: null,
      volume_type: "SSD",
      volume_type_id: "c643ac35-3aec-43e6-b97a-3d6f666c5207",
    });
    const show = (): Promise<Reply> => call("GET", `/v1/volumes/${reply.body.id}`);
    await clock.advance(1999);
    expect((await show()).body.state).toBe("creating");
    await clock.advance(1);
    expect((await show()).body).toMatchObject({
      state: "available",
      modified_at: "2026-06-01T00:00:02.000Z",
    });
  });

  test.each([
    ["1.0", BASE_KEYS],
    ["1.1", BASE_KEYS],
    ["1.2", QOS_KEYS],
    ["1.3", QOS_KEYS],
  ])("version %s has its own keys in every answer", async (version, keys) => {
    const { call, clock } = startScp();
    const created = await call("POST", "/v1/volumes", { version, body: { name: "a", size: 8 } });
    await clock.advance(5000);
    const path = `/v1/volumes/${created.body.id}`;
    const bodies = [
      created.body,
      (await call("GET", path, { version })).body,
      (await call("GET", "/v1/volumes", { version })).body.volumes[0],
      (await call("PUT", path, { version, body: { name: "b" } })).body,
      (await call("PUT", `${path}/size`, { version, body: { size: 16 } })).body,
    ];
    for (const body of bodies) expect(Object.keys(body).sort()).toEqual([...keys].sort());
  });

  test("later versions than the emulator knows show the zone", async () => {
    const { call } = startScp({ versions: [{ id: "1.5", status: "CURRENT" }] });
    const body = { name: "a", size: 8, zone: "kr-west1-b" };
    const reply = await call("POST", "/v1/volumes", { version: null, body });
    expect(reply.body.zone).toBe("kr-west1-b");
  });

  test("the documented refusal of an empty body names the required fields", async () => {
    const { call } = startScp();
    for (const body of [{}, undefined]) {
      const reply = await call("POST", "/v1/volumes", { body });
      expect(codes(reply)).toEqual([400, "ValidationError"]);
      expect(details(reply)).toEqual([
        'Field "name" is invalid. The value should be 255 characters or shorter, in ^[a-zA-Z0-9-_ ]*$ format. Example: "volume01"',
        'Field "size" is invalid. The value should be 8 or greater. Example: "104"',
      ]);
    }
  });

  test.each([
    [{ name: "a.b", size: 8 }, /"name" is invalid/],
    [{ name: "", size: 8 }, /"name" is invalid/],
    [{ name: "x".repeat(256), size: 8 }, /"name" is invalid/],
    [{ name: "a", size: 4 }, /8 or greater/],
    [{ name: "a", size: 12 }, /multiple of 8/],
    [{ name: "a", size: 8.5 }, /"size" is invalid/],
    [{ name: "a", size: "8" }, /"size" is invalid/],
    [{ name: "a", size: 12_296 }, /12288 or less/],
    [{ name: "a", size: 8, volume_type: "ssd" }, /one of SSD, SSD_KMS/],
    [{ name: "a", size: 8, snapshot_id: "no-uuid" }, /"snapshot_id" is invalid/],
    [{ name: "a", size: 8, tags: [{ value: "x" }] }, /"tags" is invalid/],
    [{ name: "a", size: 8, volume_type: "SSD_Provisioned", max_iops: 100 }, /between 5000 and 20000/],
    [{ name: "a", size: 8, volume_type: "SSD_Provisioned", max_throughput: 1001 }, /between 250 and 1000/],
  ])("refuses %j", async (body, text) => {
    const { call, emulator } = startScp();
    const reply = await call("POST", "/v1/volumes", { body });
    expect(codes(reply)).toEqual([400, "ValidationError"]);
    expect(details(reply)).toEqual([expect.stringMatching(text)]);
    expect(emulator.state()).toMatchObject({ volumes: [] });
  });

  test.each(["nonsense", "[]", "null", '"text"'])("refuses the body %s", async (body) => {
    const reply = await startScp().call("POST", "/v1/volumes", { body });
    expect(codes(reply)).toEqual([400, "ValidationError"]);
  });

  test("unknown fields are ignored, fields of a newer version too", async () => {
    const { call } = startScp();
    const body = { name: "a", size: 8, description: "x", volume_type: "SSD_Provisioned", max_iops: 1 };
    expect((await call("POST", "/v1/volumes", { version: "1.1", body })).status).toBe(202);
  });

  test("tags are taken, kept and never returned", async () => {
    const { call, emulator } = startScp();
    const tags = [{ key: "team", value: "db" }, { key: "bare" }, { key: "null", value: null }];
    const reply = await call("POST", "/v1/volumes", { body: { name: "a", size: 8, tags } });
    expect(reply.text).not.toContain("team");
    expect(emulator.state()).toMatchObject({
      volumes: [
        {
          tags: [
            { key: "team", value: "db" },
            { key: "bare", value: null },
            { key: "null", value: null },
          ],
        },
      ],
    });
  });

  test("names are not unique, ids are, and the same seed gives the same ids", async () => {
    const ids = async (): Promise<string[]> => {
      const { volume } = startScp({ randomSeed: 7 });
      return [await volume({ name: "same" }), await volume({ name: "same" })];
    };
    const first = await ids();
    expect(new Set(first).size).toBe(2);
    expect(await ids()).toEqual(first);
  });

  test("the accepted body can claim to be available", async () => {
    const { call } = startScp({ createdState: "available" });
    const reply = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    expect(reply.body.state).toBe("available");
    expect((await call("GET", `/v1/volumes/${reply.body.id}`)).body.state).toBe("creating");
  });

  test("timestamps can come without a zone", async () => {
    const { call } = startScp({ timestamps: "zoneless" });
    const reply = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    expect(reply.body.created_at).toBe("2026-06-01T00:00:00.000");
  });
});

describe("create from a snapshot", () => {
  test("keeps the size asked for and names its source", async () => {
    const { call, volume, snapshot } = startScp();
    const source = await volume({ size: 16, volume_type: "SSD_KMS" });
    const snapshotId = await snapshot(source);
    const body = { name: "copy", size: 24, snapshot_id: snapshotId };
    const reply = await call("POST", "/v1/volumes", { body });
    expect(reply.body).toMatchObject({ size: 24, snapshot_id: snapshotId, volume_type: "SSD_KMS" });
  });

  test("is refused when it is too small, not available or unknown", async () => {
    const { call, volume, snapshot } = startScp();
    const source = await volume({ size: 16 });
    const snapshotId = await snapshot(source);
    const make = (size: number, id: string): Promise<Reply> =>
      call("POST", "/v1/volumes", { body: { name: "copy", size, snapshot_id: id } });
    expect(codes(await make(8, snapshotId))).toEqual([400, "VirtualServer.BadRequest"]);
    expect((await make(16, UNKNOWN)).status).toBe(404);
    const young = await call("POST", "/v1/snapshots", { body: { name: "b", volume_id: source } });
    expect((await make(16, young.body.id)).status).toBe(400);
  });
});

describe("show and rename", () => {
  test("unknown and malformed ids are 404", async () => {
    const { call } = startScp();
    for (const id of [UNKNOWN, "nope", "%20", "a%2Fb"]) {
      const reply = await call("GET", `/v1/volumes/${id}`);
      expect(codes(reply)).toEqual([404, "NotFound"]);
    }
  });

  test("only the name changes, at once", async () => {
    const { call, volume } = startScp();
    const id = await volume();
    const put = (body: unknown): Promise<Reply> => call("PUT", `/v1/volumes/${id}`, { body });
    expect((await put({ name: "new-name" })).body).toMatchObject({ name: "new-name", state: "available" });
    expect((await put({})).body.name).toBe("new-name");
    expect((await put({ name: null })).body.name).toBe("new-name");
    expect((await put({ name: "no.dots" })).status).toBe(400);
  });
});

describe("extend", () => {
  test("grows online and offline and comes back to where it was", async () => {
    const { call, volume, clock } = startScp();
    const id = await volume({ size: 16 });
    const grow = (size: number): Promise<Reply> => call("PUT", `/v1/volumes/${id}/size`, { body: { size } });
    expect(await grow(24)).toMatchObject({ status: 202, body: { state: "extending", size: 16 } });
    expect(codes(await grow(32))).toEqual([409, "VirtualServer.Conflict"]);
    await clock.advance(2000);
    expect((await call("GET", `/v1/volumes/${id}`)).body).toMatchObject({ state: "available", size: 24 });
    await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    await clock.advance(2000);
    expect((await grow(32)).body).toMatchObject({ state: "extending", servers: [{ id: SERVER }] });
    await clock.advance(2000);
    expect((await call("GET", `/v1/volumes/${id}`)).body).toMatchObject({ state: "in-use", size: 32 });
  });

  test.each([[16], [8], [20], [12_296], ["24"]])("refuses the size %j", async (size) => {
    const { call, volume } = startScp();
    const id = await volume({ size: 16 });
    const reply = await call("PUT", `/v1/volumes/${id}/size`, { body: { size } });
    expect(codes(reply)).toEqual([400, "ValidationError"]);
  });
});

describe("QoS", () => {
  test("changes a while later, without a state of its own", async () => {
    const { call, volume, clock } = startScp();
    const id = await volume({ volume_type: "SSD_Provisioned" });
    const show = async (): Promise<unknown> => (await call("GET", `/v1/volumes/${id}`)).body;
    expect(await show()).toMatchObject({ max_iops: 5000, max_throughput: 250 });
    const reply = await call("PUT", `/v1/volumes/${id}/qos`, { body: { max_iops: 10_000 } });
    expect([reply.status, reply.text]).toEqual([202, ""]);
    expect(await show()).toMatchObject({ max_iops: 5000, state: "available" });
    await clock.advance(2000);
    expect(await show()).toMatchObject({ max_iops: 10_000, max_throughput: 250 });
  });

  test("is for provisioned types, within bounds", async () => {
    const { call, volume } = startScp({ qosStatus: 200 });
    const plain = await volume({ max_iops: 10_000 });
    const other = await volume({ volume_type: "SSD_Provisioned" });
    const put = (id: string, body: unknown): Promise<Reply> => call("PUT", `/v1/volumes/${id}/qos`, { body });
    expect((await call("GET", `/v1/volumes/${plain}`)).body.max_iops).toBeNull();
    expect((await put(plain, { max_iops: 10_000 })).status).toBe(400);
    expect(details(await put(other, { max_iops: 20_001, max_throughput: 1 }))).toHaveLength(2);
    expect((await put(other, { max_throughput: 1000 })).status).toBe(200);
  });
});
