import { describe, expect, test } from "vitest";
import { OTHER_SERVER, type Reply, type Scp, SERVER, startScp, UNKNOWN } from "./harness.ts";

const code = (reply: Reply): unknown => [reply.status, reply.body.errors[0].code];

async function attached(scp: Scp, body: Record<string, unknown> = {}): Promise<string> {
  const id = await scp.volume(body);
  await scp.call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
  await scp.clock.advance(2000);
  return id;
}

test("attach and detach go through their states", async () => {
  const { call, volume, clock } = startScp();
  const id = await volume();
  const show = async (): Promise<{ state: string; servers: unknown[] }> =>
    (await call("GET", `/v1/volumes/${id}`)).body;
  const reply = await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
  expect(reply.status).toBe(202);
  expect(reply.body).toEqual({
    delete_on_termination: false,
    device: "/dev/vdb",
    server_id: SERVER,
    volume_id: id,
  });
  expect(await show()).toMatchObject({ state: "reserved", servers: [] });
  await clock.advance(500);
  expect(await show()).toMatchObject({ state: "attaching", servers: [] });
  await clock.advance(1500);
  expect(await show()).toMatchObject({
    state: "in-use",
    servers: [{ attached_at: "2026-06-01T00:00:04.000Z", device: "/dev/vdb", id: SERVER }],
  });
  const gone = await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`);
  expect([gone.status, gone.text]).toEqual([202, ""]);
  expect(await show()).toMatchObject({ state: "detaching", servers: [{ id: SERVER }] });
  expect((await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`)).status).toBe(409);
  await clock.advance(1500);
  expect(await show()).toMatchObject({ state: "available", servers: [] });
  expect((await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`)).status).toBe(404);
});

test("the routes of servers do the same, with answers of their own", async () => {
  const { call, volume, clock } = startScp();
  const id = await volume();
  const volumes = `/v1/servers/${SERVER}/volumes`;
  expect((await call("GET", volumes)).body).toEqual({ volumes: [] });
  const body = { volume_id: id, device: "/dev/vdf", delete_on_termination: true };
  const reply = await call("POST", volumes, { body });
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    delete_on_termination: true,
    device: "/dev/vdf",
    id: expect.any(String),
    server_id: SERVER,
    volume_id: id,
  });
  await clock.advance(2000);
  expect((await call("GET", volumes)).body).toEqual({ volumes: [reply.body] });
  expect((await call("GET", `${volumes}/${id}`)).body).toEqual(reply.body);
  const put = await call("PUT", `${volumes}/${id}`, {
    body: { volume_id: id, delete_on_termination: false },
  });
  expect([put.status, put.text]).toEqual([200, ""]);
  expect((await call("GET", `${volumes}/${id}`)).body.delete_on_termination).toBe(false);
  expect((await call("PUT", `${volumes}/${id}`, { body: { volume_id: UNKNOWN } })).status).toBe(400);
  expect((await call("PUT", `${volumes}/${id}`, { body: {} })).status).toBe(400);
  const gone = await call("DELETE", `${volumes}/${id}`);
  expect([gone.status, gone.text]).toEqual([202, ""]);
  await clock.advance(1500);
  for (const method of ["GET", "DELETE"]) expect((await call(method, `${volumes}/${id}`)).status).toBe(404);
});

describe("attach is refused", () => {
  test("for an unknown server or volume, on both routes", async () => {
    const { call, volume } = startScp();
    const id = await volume();
    const answers = [
      await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: UNKNOWN } }),
      await call("POST", `/v1/volumes/${UNKNOWN}/servers`, { body: { server_id: SERVER } }),
      await call("POST", `/v1/servers/${SERVER}/volumes`, { body: { volume_id: UNKNOWN } }),
      await call("POST", `/v1/servers/${UNKNOWN}/volumes`, { body: { volume_id: id } }),
      await call("GET", `/v1/servers/${UNKNOWN}/volumes`),
      await call("GET", "/v1/servers/nope/volumes"),
      await call("GET", `/v1/servers/${SERVER}/volumes/${id}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 404]);
    expect((await call("POST", `/v1/volumes/${id}/servers`, { body: {} })).status).toBe(400);
  });

  test("when attached already, there or elsewhere", async () => {
    const scp = startScp();
    const id = await attached(scp);
    for (const server_id of [SERVER, OTHER_SERVER]) {
      const reply = await scp.call("POST", `/v1/volumes/${id}/servers`, { body: { server_id } });
      expect(code(reply)).toEqual([409, "VirtualServer.Conflict"]);
    }
  });

  test("at a device that is in use", async () => {
    const scp = startScp();
    await attached(scp);
    const id = await scp.volume();
    const at = (device: string): Promise<Reply> =>
      scp.call("POST", `/v1/servers/${SERVER}/volumes`, { body: { volume_id: id, device } });
    expect((await at("/dev/vdb")).status).toBe(409);
    expect((await at("/dev/vda")).status).toBe(409);
    expect((await at("vdc")).status).toBe(400);
    expect((await at("/dev/vdc")).status).toBe(200);
  });

  test("beyond 26 data volumes", async () => {
    const scp = startScp({ servers: [{ id: SERVER, osDiskSize: 104 }] });
    const devices: string[] = [];
    for (let count = 0; count < 26; count += 1) {
      const id = await scp.volume();
      const reply = await scp.call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
      devices.push(reply.body.device);
    }
    expect([devices[0], devices[24], devices[25]]).toEqual(["/dev/vdb", "/dev/vdz", "/dev/vdaa"]);
    const id = await scp.volume();
    const reply = await scp.call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    expect(code(reply)).toEqual([400, "VirtualServer.BadRequest"]);
  });

  test("in another zone", async () => {
    const { call, volume } = startScp({ servers: [{ id: SERVER, zone: "kr-west1-b" }] });
    const reply = await call("POST", `/v1/volumes/${await volume()}/servers`, {
      body: { server_id: SERVER },
    });
    expect(reply.status).toBe(400);
  });
});

test("a multi-attach volume is in use until its last server lets go", async () => {
  const scp = startScp({ servers: [SERVER, OTHER_SERVER, { id: UNKNOWN, windows: true }] });
  const id = await attached(scp, { volume_type: "SSD_MultiAttach" });
  const show = async (): Promise<unknown> => (await scp.call("GET", `/v1/volumes/${id}`)).body;
  expect(await show()).toMatchObject({ multiattach: true, state: "in-use" });
  const attach = (server_id: string): Promise<Reply> =>
    scp.call("POST", `/v1/volumes/${id}/servers`, { body: { server_id } });
  expect((await attach(UNKNOWN)).status).toBe(400);
  expect((await attach(OTHER_SERVER)).status).toBe(202);
  await scp.clock.advance(2000);
  expect(await show()).toMatchObject({ state: "in-use", servers: [{ id: SERVER }, { id: OTHER_SERVER }] });
  await scp.call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`);
  await scp.clock.advance(1500);
  expect(await show()).toMatchObject({ state: "in-use", servers: [{ id: OTHER_SERVER }] });
  await scp.call("DELETE", `/v1/volumes/${id}/servers/${OTHER_SERVER}`);
  await scp.clock.advance(1500);
  expect(await show()).toMatchObject({ state: "available", servers: [] });
});

test("the disk of a server cannot be detached", async () => {
  const { call } = startScp({ servers: [{ id: SERVER, osDiskSize: 104 }] });
  const { volumes } = (await call("GET", `/v1/servers/${SERVER}/volumes`)).body;
  expect(volumes).toMatchObject([{ device: "/dev/vda", delete_on_termination: true }]);
  const disk = volumes[0].volume_id;
  expect((await call("DELETE", `/v1/servers/${SERVER}/volumes/${disk}`)).status).toBe(400);
  const shown = (await call("GET", `/v1/volumes/${disk}`)).body.volume_image_metadata;
  expect(Object.keys(shown).sort()).toEqual([
    "checksum",
    "container_format",
    "disk_format",
    "image_id",
    "image_name",
    "min_disk",
    "min_ram",
    "os_distro",
    "scp_image_type",
    "scp_k8s_version",
    "scp_original_image_type",
    "signature_verified",
    "size",
  ]);
});
