import { expect, test } from "vitest";
import { makeVolume, open } from "./harness.ts";

/*
 * Bodies that do not fit, and the older actions. That a real Cinder answers the same:
 * reliability/cinder/compare/refusals.ts.
 */

const NOBODY = "00000000-0000-4000-8000-000000000000";
const LONG = "n".repeat(256);

test.each([
  [400, { size: 2147483648 }, "2147483648 is greater than the maximum of 2147483647"],
  [400, { size: "x" }, "'x' does not match '^[0-9]+$'"],
  [400, { snapshot_id: "x" }, "'x' is not valid under any of the given schemas"],
  [400, { metadata: [] }, "[] is not of type 'object', 'null'"],
  [400, { multiattach: "true" }, "Contact your administrator"],
  [400, { imageRef: NOBODY }, "Invalid image identifier"],
  [404, { backup_id: NOBODY }, `Backup ${NOBODY} could not be found.`],
  [404, { group_id: NOBODY }, `Group ${NOBODY} could not be found.`],
  [400, { status: "creating" }, "('status' was unexpected)"],
])("a volume is refused with %d for %j", async (status, fields, words) => {
  const { ask } = await open();
  const answer = await ask("POST", "/volumes", { volume: { size: 1, ...fields } });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(JSON.stringify(words).slice(1, -1));
});

test.each([
  ["POST", "/metadata", { metadata: { a: 1 } }, "1 is not of type 'string'"],
  ["POST", "/metadata", { metadata: null }, "None is not of type 'object'"],
  ["PUT", "/metadata/x", { meta: { x: LONG } }, "is too long"],
  ["PUT", "/metadata/x", { meta: {} }, "{} does not have enough properties"],
  ["PUT", "", { volume: { metadata: null } }, "None is not of type 'object'"],
  ["POST", "/action", { "os-extend": { new_size: true } }, "True is not of type 'integer', 'string'"],
  ["POST", "/action", { "os-extend": { new_size: 3, more: 1 } }, "('more' was unexpected)"],
  ["POST", "/action", { "os-extend": {} }, "'new_size' is a required property"],
  [
    "POST",
    "/action",
    { "os-attach": { mountpoint: "/dev/vdb" } },
    "not valid under any of the given schemas",
  ],
  ["POST", "/action", { "os-set_bootable": { bootable: "x" } }, "'x' is not one of [True, 'True'"],
])("%s /volumes/{id}%s refuses %j", async (method, path, body, words) => {
  const cloud = await open();
  const id = await makeVolume(cloud);
  const answer = await cloud.ask(method, `/volumes/${id}${path}`, body);
  expect([answer.status, answer.body.badRequest.message]).toEqual([400, expect.stringContaining(words)]);
  expect((await cloud.ask("GET", `/volumes/${id}`)).body.volume).toMatchObject({ size: 1, metadata: {} });
});

test("a snapshot is refused for what is no id, no flag, or too long before it is trimmed", async () => {
  const cloud = await open();
  const volume_id = await makeVolume(cloud);
  const wrong = [{ volume_id: "x" }, { force: "x" }, { force: 1 }, { name: ` ${LONG.slice(1)}` }];
  for (const fields of wrong) {
    const { status } = await cloud.ask("POST", "/snapshots", { snapshot: { volume_id, ...fields } }, "3.0");
    expect([fields, status]).toEqual([fields, 400]);
  }
});

test("a name is taken away with null, and may come under its older name", async () => {
  const cloud = await open();
  const id = await makeVolume(cloud);
  const rename = async (volume: object): Promise<unknown> =>
    (await cloud.ask("PUT", `/volumes/${id}`, { volume })).body.volume.name;
  expect(await rename({ name: null })).toBeNull();
  expect(await rename({ display_name: " old " })).toBe("old");
});

test("what the service shows of an attachment among the metadata is not the user's", async () => {
  const cloud = await open();
  const id = await makeVolume(cloud, { metadata: { k: "1" } });
  const ask = (method: string, path: string, body?: object): ReturnType<typeof cloud.ask> =>
    cloud.ask(method, `/volumes/${id}${path}`, body);
  const shown = async (): Promise<unknown> => (await ask("GET", "")).body.volume.metadata;
  const attach = { instance_uuid: NOBODY, mountpoint: "/dev/vdb" };
  await ask("POST", "/action", { "os-attach": attach });
  expect((await ask("POST", "/action", { "os-attach": attach })).status).toBe(500);
  await ask("PUT", "/metadata", { metadata: { own: "1" } });
  expect((await ask("DELETE", "/metadata/readonly")).status).toBe(404);
  expect(await shown()).toEqual({ own: "1", readonly: "False", attached_mode: "rw" });
  await ask("POST", "/action", { "os-detach": { attachment_id: null } });
  expect(await shown()).toEqual({ own: "1", readonly: "False" });
});

test("Nova's announcements move the state, and a volume that is read-only is attached as such", async () => {
  const cloud = await open();
  const id = await makeVolume(cloud);
  const act = async (name: string, fields: object | null = null): Promise<readonly [number, string]> => {
    const { status } = await cloud.ask("POST", `/volumes/${id}/action`, { [name]: fields });
    return [status, (await cloud.ask("GET", `/volumes/${id}`)).body.volume.status];
  };
  expect(await act("os-reserve")).toEqual([202, "attaching"]);
  expect(await act("os-reserve")).toEqual([400, "attaching"]);
  expect(await act("os-unreserve")).toEqual([202, "available"]);
  expect(await act("os-update_readonly_flag", { readonly: true })).toEqual([202, "available"]);
  const target = { host_name: "h", mountpoint: "/dev/vdb" };
  expect(await act("os-attach", target)).toEqual([400, "available"]);
  expect(await act("os-attach", { ...target, mode: "ro" })).toEqual([202, "in-use"]);
  expect(await act("os-begin_detaching")).toEqual([202, "detaching"]);
  expect(await act("os-roll_detaching")).toEqual([202, "in-use"]);
  expect(await act("os-force_detach", {})).toEqual([403, "in-use"]);
});

test("a volume has the type of the snapshot's volume, which takes no other kind of type", async () => {
  const cloud = await open();
  const volume_id = await makeVolume(cloud, { volume_type: "multiattach" });
  const { body } = await cloud.ask("POST", "/snapshots", { snapshot: { volume_id } });
  await cloud.emulator.advance(1_000);
  const from = { snapshot_id: body.snapshot.id };
  const made = await cloud.ask("POST", "/volumes", { volume: from });
  expect(made.body.volume).toMatchObject({ volume_type: "multiattach", multiattach: true });
  const other = await cloud.ask("POST", "/volumes", { volume: { ...from, volume_type: "__DEFAULT__" } });
  expect(other.status).toBe(400);
});

test("a type is asked for by its name or its id", async () => {
  const cloud = await open();
  const { body } = await cloud.ask("GET", "/types");
  const { id } = body.volume_types.find(({ name }: { name: string }) => name === "multiattach");
  const made = await cloud.ask("POST", "/volumes", { volume: { size: 1, volume_type: id } });
  expect(made.body.volume).toMatchObject({ volume_type: "multiattach", volume_type_id: id });
  for (const [volume_type, words] of [
    ["gold", "Volume type with name gold could not be found."],
    [NOBODY, `Volume type ${NOBODY} could not be found.`],
  ]) {
    const refused = await cloud.ask("POST", "/volumes", { volume: { size: 1, volume_type } });
    expect([refused.status, refused.body.itemNotFound.message]).toEqual([404, words]);
  }
});

test("what is made from a bootable volume is bootable", async () => {
  const cloud = await open();
  const id = await makeVolume(cloud);
  await cloud.ask("POST", `/volumes/${id}/action`, { "os-set_bootable": { bootable: true } });
  const { body } = await cloud.ask("POST", "/snapshots", { snapshot: { volume_id: id } });
  await cloud.emulator.advance(1_000);
  for (const source of [{ snapshot_id: body.snapshot.id }, { source_volid: id }]) {
    const made = await cloud.ask("POST", "/volumes", { volume: source });
    expect(made.body.volume.bootable).toBe("true");
  }
});
