import { describe, expect, test } from "vitest";
import { type Reply, SERVER, startScp } from "./harness.ts";

const code = (reply: Reply): unknown => reply.body.errors[0].code;

test("a volume without snapshots goes after a while", async () => {
  const { call, volume, clock } = startScp();
  const id = await volume();
  const reply = await call("DELETE", `/v1/volumes/${id}?cascade=false`);
  expect([reply.status, reply.text]).toEqual([202, ""]);
  expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("deleting");
  expect((await call("DELETE", `/v1/volumes/${id}`)).status).toBe(409);
  await clock.advance(1000);
  expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
  expect((await call("DELETE", `/v1/volumes/${id}`)).status).toBe(404);
});

test.each(["", "?cascade=true", "?cascade=True", "?cascade=1"])(
  "cascade is the default: %s takes the snapshots along",
  async (query) => {
    const { call, volume, snapshot, clock } = startScp();
    const id = await volume();
    const first = await snapshot(id);
    await snapshot(id);
    const kept = await snapshot(await volume());
    expect((await call("DELETE", `/v1/volumes/${id}${query}`)).status).toBe(202);
    expect((await call("GET", `/v1/snapshots/${first}`)).body.status).toBe("deleting");
    await clock.advance(1000);
    expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
    const left = (await call("GET", "/v1/snapshots")).body.snapshots;
    expect(left.map((one: { id: string }) => one.id)).toEqual([kept]);
  },
);

describe("cascade=false", () => {
  test.each([
    [undefined, 400, "VirtualServer.BadRequest"],
    [409, 409, "VirtualServer.Conflict"],
  ] as const)("with snapshots is refused (option %s)", async (option, status, expected) => {
    const { call, volume, snapshot, clock } = startScp(option && { cascadeConflictStatus: option });
    const id = await volume();
    const snapshotId = await snapshot(id);
    const remove = (): Promise<Reply> => call("DELETE", `/v1/volumes/${id}?cascade=false`);
    const reply = await remove();
    expect([reply.status, code(reply)]).toEqual([status, expected]);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
    await call("DELETE", `/v1/snapshots/${snapshotId}`);
    expect((await remove()).status).toBe(status);
    await clock.advance(1000);
    expect((await remove()).status).toBe(202);
  });

  test("a value that is no boolean is 400", async () => {
    const { call, volume } = startScp();
    const reply = await call("DELETE", `/v1/volumes/${await volume()}?cascade=maybe`);
    expect([reply.status, code(reply)]).toEqual([400, "ValidationError"]);
  });
});

test("a volume that is attached, busy or the disk of a server is refused", async () => {
  const { call, volume, snapshot, clock, emulator } = startScp({
    servers: [SERVER, { name: "web", osDiskSize: 104 }],
  });
  const id = await volume();
  await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
  expect((await call("DELETE", `/v1/volumes/${id}`)).status).toBe(409);
  await clock.advance(2000);
  expect((await call("DELETE", `/v1/volumes/${id}`)).status).toBe(409);

  const disk = (await call("GET", "/v1/volumes?name=web")).body.volumes[0];
  expect(disk).toMatchObject({ bootable: true, state: "in-use", servers: [{ device: "/dev/vda" }] });
  expect((await call("DELETE", `/v1/volumes/${disk.id}`)).status).toBe(409);

  const young = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
  expect((await call("DELETE", `/v1/volumes/${young.body.id}`)).status).toBe(409);

  const busy = await volume();
  await snapshot(busy);
  await call("POST", "/v1/snapshots", { body: { name: "creating", volume_id: busy } });
  expect((await call("DELETE", `/v1/volumes/${busy}`)).status).toBe(409);
  expect(emulator.state()).toMatchObject({ volumes: { length: 4 } });
});

test("conflicts can be 400, as Cinder has them", async () => {
  const { call } = startScp({ conflictStatus: 400 });
  const young = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
  expect((await call("DELETE", `/v1/volumes/${young.body.id}`)).status).toBe(400);
});

describe("right after deleting its last snapshot, where that race is on", () => {
  test.each([
    [500, "InternalServerError"],
    [409, "VirtualServer.Conflict"],
  ] as const)("fails with %s", async (status, expected) => {
    const races = { volumeDeleteAfterSnapshotDeleteMs: 4000, status };
    const { call, volume, snapshot, clock } = startScp({ races });
    const id = await volume();
    const older = await snapshot(id);
    const last = await snapshot(id);
    const remove = (): Promise<Reply> => call("DELETE", `/v1/volumes/${id}?cascade=false`);
    await call("DELETE", `/v1/snapshots/${older}`);
    expect((await remove()).status).toBe(400);
    await clock.advance(1000);
    await call("DELETE", `/v1/snapshots/${last}`);
    expect([(await remove()).status, code(await remove())]).toEqual([status, expected]);
    await clock.advance(3999);
    expect((await remove()).status).toBe(status);
    await clock.advance(1);
    expect((await remove()).status).toBe(202);
  });
});

test("a volume in an error state can be deleted", async () => {
  const { call, emulator } = startScp();
  for (const state of ["error", "error_extending", "error_restoring", "error_managing", "error_deleting"]) {
    emulator.seed({ volumes: [{ name: state, state }] });
    const { id } = (await call("GET", `/v1/volumes?name=${state}`)).body.volumes[0];
    expect((await call("DELETE", `/v1/volumes/${id}`)).status).toBe(202);
  }
});
