import { describe, expect, test } from "vitest";
import { type Reply, SERVER, startScp, UNKNOWN } from "./harness.ts";

const codes = (reply: Reply): unknown => [reply.status, reply.body.errors[0].code];

describe("create", () => {
  test.each(["1.0", "1.1", "1.2", "1.3"])("in %s has exactly the documented keys", async (version) => {
    const { call, volume, clock } = startScp();
    const id = await volume({ size: 104 });
    const body = {
      name: "snapshot-1",
      description: "description",
      force: true,
      metadata: { a: "b" },
      volume_id: id,
    };
    const reply = await call("POST", "/v1/snapshots", { version, body });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({
      created_at: "2026-06-01T00:00:02Z",
      description: "description",
      id: expect.any(String),
      metadata: { a: "b" },
      name: "snapshot-1",
      size: 104,
      status: "creating",
      updated_at: null,
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      volume_id: id,
    });
    await clock.advance(3000);
    const show = await call("GET", `/v1/snapshots/${reply.body.id}`, { version });
    expect(show.body).toEqual({ ...reply.body, status: "available", updated_at: "2026-06-01T00:00:05Z" });
    const list = await call("GET", "/v1/snapshots", { version });
    expect(list.body).toEqual({ count: 1, snapshots: [show.body] });
  });

  test("metadata left out is null, and the volume's state does not change", async () => {
    const { call, volume } = startScp();
    const id = await volume();
    const reply = await call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id } });
    expect(reply.body).toMatchObject({ metadata: null, description: null });
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
  });

  test("the documented refusal of an empty body names the required fields", async () => {
    const reply = await startScp().call("POST", "/v1/snapshots", { body: {} });
    expect(codes(reply)).toEqual([400, "ValidationError"]);
    expect(reply.body.errors[0].detail).toEqual([
      'Field "name" is invalid. The value should be 255 characters or shorter, in ^[a-zA-Z0-9-_ ]+$ format. Example: "snapshot-1"',
      'Field "volume_id" is invalid. Example: "3f500f00-ed80-4566-a057-e31760226f9a"',
    ]);
  });

  test.each([
    [{ name: "a.b" }, "name"],
    [{ name: "스냅샷" }, "name"],
    [{ name: "" }, "name"],
    [{ name: "x".repeat(256) }, "name"],
    [{ volume_id: "nope" }, "volume_id"],
    [{ force: "yes" }, "force"],
    [{ metadata: "" }, "metadata"],
    [{ metadata: { a: { b: "c" } } }, "metadata"],
    [{ metadata: { a: "x".repeat(256) } }, "metadata"],
    [{ description: "x".repeat(256) }, "description"],
  ])("refuses %j", async (wrong, field) => {
    const { call, volume } = startScp();
    const body = { name: "a", volume_id: await volume(), ...wrong };
    const reply = await call("POST", "/v1/snapshots", { body });
    expect(codes(reply)).toEqual([400, "ValidationError"]);
    expect(reply.body.errors[0].detail).toEqual([expect.stringContaining(`Field "${field}" is invalid.`)]);
  });

  test("metadata may be any object when told so, but never a text", async () => {
    const { call, volume } = startScp({ strictMetadata: false });
    const id = await volume();
    const make = (metadata: unknown): Promise<Reply> =>
      call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id, metadata } });
    expect((await make({ a: { b: 1 } })).body.metadata).toEqual({ a: { b: 1 } });
    expect((await make("Metadata")).status).toBe(400);
  });

  test("a volume in use needs force", async () => {
    const { call, volume, clock } = startScp();
    const id = await volume();
    const make = (force?: boolean | null): Promise<Reply> =>
      call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id, force } });
    await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    expect(codes(await make(true))).toEqual([400, "VirtualServer.BadRequest"]);
    await clock.advance(2000);
    expect((await make()).status).toBe(400);
    expect((await make(null)).status).toBe(400);
    expect((await make(true)).status).toBe(202);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("in-use");
  });

  test("an unknown or unfinished volume is refused", async () => {
    const { call } = startScp();
    const young = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    const make = (id: string): Promise<Reply> =>
      call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id } });
    expect(codes(await make(UNKNOWN))).toEqual([404, "NotFound"]);
    expect((await make(young.body.id)).status).toBe(400);
  });

  test("the accepted body can claim to be available", async () => {
    const { call, volume } = startScp({ createdState: "available" });
    const reply = await call("POST", "/v1/snapshots", { body: { name: "a", volume_id: await volume() } });
    expect(reply.body.status).toBe("available");
    expect((await call("GET", `/v1/snapshots/${reply.body.id}`)).body.status).toBe("creating");
  });
});

describe("update", () => {
  test("changes name and description; null keeps the name and clears the description", async () => {
    const { call, volume, snapshot } = startScp();
    const id = await snapshot(await volume(), { description: "old" });
    const put = (body: unknown): Promise<Reply> => call("PUT", `/v1/snapshots/${id}`, { body });
    expect((await put({ name: "new" })).body).toMatchObject({ name: "new", description: "old" });
    expect((await put({ name: null, description: null })).body).toMatchObject({
      name: "new",
      description: null,
    });
    expect((await put({ description: "x" })).body.errors[0].detail).toEqual([
      expect.stringContaining('Field "name" is invalid.'),
    ]);
    expect((await put({ name: "" })).status).toBe(400);
    expect((await put({ name: "a", metadata: { a: "b" } })).body.metadata).toBeNull();
  });
});

describe("delete", () => {
  test("takes a while and ends in 404", async () => {
    const { call, volume, snapshot, clock } = startScp();
    const id = await snapshot(await volume());
    const reply = await call("DELETE", `/v1/snapshots/${id}`);
    expect([reply.status, reply.text]).toEqual([202, ""]);
    expect((await call("GET", `/v1/snapshots/${id}`)).body.status).toBe("deleting");
    expect((await call("DELETE", `/v1/snapshots/${id}`)).status).toBe(400);
    await clock.advance(1000);
    expect((await call("GET", `/v1/snapshots/${id}`)).status).toBe(404);
    expect((await call("DELETE", `/v1/snapshots/${id}`)).status).toBe(404);
  });

  test("right after its create fails with 500 where that race is on", async () => {
    const { call, volume, clock } = startScp({ races: { snapshotDeleteAfterCreateMs: 5000 } });
    const id = await volume();
    const made = await call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id } });
    const remove = (): Promise<Reply> => call("DELETE", `/v1/snapshots/${made.body.id}`);
    expect(codes(await remove())).toEqual([500, "InternalServerError"]);
    await clock.advance(4999);
    expect((await remove()).status).toBe(500);
    await clock.advance(1);
    expect((await remove()).status).toBe(202);
  });

  test.each([
    [undefined, 500, "InternalServerError"],
    [409, 409, "VirtualServer.Conflict"],
    [400, 400, "VirtualServer.BadRequest"],
  ] as const)(
    "a snapshot that is still being made is refused; races.status %s",
    async (status, ...expected) => {
      const { call, clock, volume } = startScp(status === undefined ? {} : { races: { status } });
      const made = await call("POST", "/v1/snapshots", { body: { name: "a", volume_id: await volume() } });
      expect(codes(await call("DELETE", `/v1/snapshots/${made.body.id}`))).toEqual(expected);
      await clock.advance(3000);
      expect((await call("DELETE", `/v1/snapshots/${made.body.id}`)).status).toBe(202);
    },
  );
});

describe("revert", () => {
  test("goes to the latest snapshot of a detached volume", async () => {
    const { call, volume, snapshot, clock } = startScp();
    const id = await volume();
    const older = await snapshot(id, { name: "older" });
    const latest = await snapshot(id, { name: "latest" });
    const revert = (snapshot_id: string): Promise<Reply> =>
      call("POST", `/v1/volumes/${id}/revert`, { body: { snapshot_id } });
    expect(codes(await revert(older))).toEqual([400, "VirtualServer.BadRequest"]);
    expect((await revert(UNKNOWN)).status).toBe(404);
    const reply = await revert(latest);
    expect([reply.status, reply.text]).toEqual([202, ""]);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("reverting");
    expect((await call("GET", `/v1/snapshots/${latest}`)).body.status).toBe("restoring");
    expect((await revert(latest)).status).toBe(409);
    expect((await call("DELETE", `/v1/snapshots/${latest}`)).status).toBe(400);
    await clock.advance(3000);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
    expect((await call("GET", `/v1/snapshots/${latest}`)).body.status).toBe("available");
  });

  test("is refused while attached, after an extend, and for another volume's snapshot", async () => {
    const { call, volume, snapshot, clock } = startScp();
    const id = await volume({ size: 8 });
    const own = await snapshot(id);
    const foreign = await snapshot(await volume());
    const revert = (snapshot_id: string): Promise<Reply> =>
      call("POST", `/v1/volumes/${id}/revert`, { body: { snapshot_id } });
    expect((await revert(foreign)).status).toBe(404);
    await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    await clock.advance(2000);
    expect((await revert(own)).status).toBe(409);
    await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`);
    await clock.advance(2000);
    await call("PUT", `/v1/volumes/${id}/size`, { body: { size: 16 } });
    await clock.advance(2000);
    expect((await revert(own)).status).toBe(400);
    expect((await call("POST", `/v1/volumes/${id}/revert`, { body: {} })).status).toBe(400);
  });
});
