/** What Nova has to do with volumes, as its documentation and source have it. */
import { createVirtualClock, type Emulator } from "@polyvol/emulators";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { expect, test } from "vitest";
import { type Answer, BASE, login, read } from "./harness.ts";

const SERVERS = ["b13531ca-99ec-4aa5-a2dd-a85665b0a358", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"];
const ATTACHMENTS = `/compute/v2.1/servers/${SERVERS[0]}/os-volume_attachments`;

type Ask = (
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** A cloud with one volume of a type, and how its services are asked. */
async function cloudWith(
  type: string,
): Promise<{ readonly ask: Ask; readonly emulator: Emulator; readonly id: string }> {
  const emulator = createOpenStackEmulator({
    ...{ clock: createVirtualClock(), compute: true, servers: SERVERS, workMs: 0 },
    volumeTypes: ["plain", "multiattach"],
  });
  const { headers, body } = await login(emulator, "demo", "any", "demo");
  const token = headers.get("x-subject-token") ?? "";
  const ask: Ask = async (method, path, sent, more = {}) =>
    await read(
      await emulator.fetch(BASE + path, {
        method,
        headers: { "x-auth-token": token, "content-type": "application/json", ...more },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      }),
    );
  const volume = { size: 1, volume_type: type };
  const made = await ask("POST", `/v3/${body.token.project.id}/volumes`, { volume });
  return { ask, emulator, id: made.body.volume.id };
}

test.each([
  [{}, "2.1"],
  [{ "openstack-api-version": "volume 3.70" }, "2.1"],
  [{ "openstack-api-version": "volume 3.70, compute 2.20" }, "2.20"],
  [{ "x-openstack-nova-api-version": "2.60" }, "2.60"],
  [{ "openstack-api-version": "compute 2.3", "x-openstack-nova-api-version": "2.60" }, "2.3"],
  [{ "openstack-api-version": "compute latest" }, "2.60"],
])("%j is answered in %s", async (asked, version) => {
  const { ask } = await cloudWith("plain");
  const { status, headers } = await ask("GET", ATTACHMENTS, undefined, asked as Record<string, string>);
  expect([status, headers.get("openstack-api-version")]).toEqual([200, `compute ${version}`]);
  expect(headers.get("x-openstack-nova-api-version")).toBe(version);
});

test.each([
  ["2.61", 406, "Minimum is 2.1 and maximum is 2.60."],
  ["2.0", 406, "Version 2.0 is not supported by the API."],
  ["3.1", 406, "Version 3.1 is not supported by the API."],
  ["2", 400, "API Version String 2 is of invalid format."],
])("a version %s is refused with %d", async (version, status, words) => {
  const { ask } = await cloudWith("plain");
  const asked = { "openstack-api-version": `compute ${version}` };
  const answer = await ask("GET", ATTACHMENTS, undefined, asked);
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(words)]);
  expect(answer.headers.get("openstack-api-version")).toBeNull();
});

test("what several servers can have is attached from 2.60 on, be it the first of them", async () => {
  const { ask, id } = await cloudWith("multiattach");
  const attach = (version: string): Promise<Answer> =>
    ask("POST", ATTACHMENTS, { volumeAttachment: { volumeId: id } }, { "openstack-api-version": version });
  const refused = await attach("compute 2.59");
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    "Multiattach volumes are only supported starting with compute API version 2.60.",
  ]);
  expect((await attach("compute 2.60")).status).toBe(200);
});

test("one attachment is shown while it is there", async () => {
  const { ask, id } = await cloudWith("plain");
  const absent = await ask("GET", `${ATTACHMENTS}/${id}`);
  expect([absent.status, absent.body.itemNotFound.message]).toEqual([404, expect.stringContaining(id)]);
  await ask("POST", ATTACHMENTS, { volumeAttachment: { volumeId: id } });
  const shown = { id, volumeId: id, serverId: SERVERS[0], device: "/dev/vdb" };
  expect((await ask("GET", `${ATTACHMENTS}/${id}`)).body).toEqual({ volumeAttachment: shown });
  expect((await ask("GET", ATTACHMENTS)).body).toEqual({ volumeAttachments: [shown] });
  expect((await ask("DELETE", `${ATTACHMENTS}/${id}`)).status).toBe(202);
  expect((await ask("DELETE", `${ATTACHMENTS}/${id}`)).status).toBe(404);
});

test("the address of the catalogue shows which versions there are", async () => {
  const { ask } = await cloudWith("plain");
  for (const path of ["/compute/v2.1", "/compute/v2.1/"]) {
    const { status, body } = await ask("GET", path);
    expect(status).toBe(200);
    expect(body.version).toMatchObject({ id: "v2.1", min_version: "2.1", version: "2.60" });
  }
});

test("servers are shown with their volumes: clients look at one before they attach to it", async () => {
  const { ask, id } = await cloudWith("plain");
  await ask("POST", ATTACHMENTS, { volumeAttachment: { volumeId: id } });
  const [first = "", second = ""] = SERVERS;
  const { server } = (await ask("GET", `/compute/v2.1/servers/${first}`)).body;
  expect(server).toMatchObject({ id: first, name: first, status: "ACTIVE", hostId: "" });
  expect(server["os-extended-volumes:volumes_attached"]).toEqual([{ id }]);
  const { flavor } = (await ask("GET", `/compute/v2.1/flavors/${server.flavor.id}`)).body;
  expect(flavor.id).toBe(server.flavor.id);
  const absent = await ask("GET", "/compute/v2.1/servers/absent");
  expect([absent.status, absent.body.itemNotFound.message]).toEqual([
    404,
    "Instance absent could not be found.",
  ]);
  const listed = async (query: string): Promise<readonly string[]> => {
    const { body } = await ask("GET", `/compute/v2.1/servers${query}`);
    return body.servers.map((each: { readonly id: string }) => each.id);
  };
  expect(await listed("")).toEqual(SERVERS);
  expect(await listed("/detail")).toEqual(SERVERS);
  expect(await listed(`?marker=${first}`)).toEqual([second]);
  expect(await listed(`/detail?name=${second}`)).toEqual([second]);
});

test("the disk after /dev/vdz is /dev/vdaa", async () => {
  const { ask, emulator, id } = await cloudWith("plain");
  const attachments = Array.from({ length: 25 }, (_, index) => ({
    attachment_id: `attachment-${index}`,
    server_id: SERVERS[0],
    host_name: null,
    device: `/dev/vd${String.fromCharCode(98 + index)}`,
    attached_at: "2026-01-01T00:00:00.000000",
  }));
  emulator.seed({ project: "demo", volumes: [{ status: "in-use", attachments }] });
  const { body } = await ask("POST", ATTACHMENTS, { volumeAttachment: { volumeId: id } });
  expect(body.volumeAttachment.device).toBe("/dev/vdaa");
});
