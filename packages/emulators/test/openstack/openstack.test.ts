import { createVirtualClock, InvalidInput } from "@polyvol/emulators";
import { createOpenStackEmulator, type OpenStackOptions } from "@polyvol/emulators/openstack";
import { describe, expect, test } from "vitest";
import { type Answer, BASE, login, makeVolume, open, read } from "./harness.ts";

describe("logins", () => {
  const users = [{ name: "demo", password: "correct", projects: ["demo"] }];

  test("a wrong password, an unknown user and a project without a role are told apart by nothing", async () => {
    const emulator = createOpenStackEmulator({ users });
    const wrong = [
      await login(emulator, "demo", "wrong", "demo"),
      await login(emulator, "nobody", "correct", "demo"),
      await login(emulator, "demo", "correct", "elsewhere"),
    ];
    const message = "The request you have made requires authentication.";
    for (const { status, body } of wrong) {
      expect(status).toBe(401);
      expect(body).toEqual({ error: { code: 401, message, title: "Unauthorized" } });
    }
    expect((await login(emulator, "demo", "correct", "demo")).status).toBe(201);
  });

  test("are taken at the emulator's own address, too, as Keystone has them on a port of its own", async () => {
    const emulator = createOpenStackEmulator({ clock: createVirtualClock() });
    const domain = { id: "default" };
    const user = { name: "demo", domain, password: "any" };
    const auth = {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { name: "demo", domain } },
    };
    const made = await read(
      await emulator.fetch(`${BASE}/v3/auth/tokens`, { method: "POST", body: JSON.stringify({ auth }) }),
    );
    expect(made.status).toBe(201);
    const token = made.headers.get("x-subject-token") ?? "";
    const headers = { "x-auth-token": token, "x-subject-token": token };
    const shown = await read(await emulator.fetch(`${BASE}/v3/auth/tokens`, { headers }));
    expect(shown).toMatchObject({ status: 200, body: { token: { project: made.body.token.project } } });
    const refused = await read(
      await emulator.fetch(`${BASE}/v3/auth/tokens`, { method: "POST", body: JSON.stringify({ auth: {} }) }),
    );
    expect(refused.body.error.message).toContain("identity");
  });

  test("a token without a project has no catalogue", async () => {
    const { body } = await login(createOpenStackEmulator({ users }), "demo", "correct", undefined);
    expect(body.token).not.toHaveProperty("project");
    expect(body.token).not.toHaveProperty("catalog");
  });

  test("a token ends with its life", async () => {
    const { ask, emulator } = await open({ tokenLifeMs: 60_000 });
    expect((await ask("GET", "/volumes")).status).toBe(200);
    await emulator.advance(61_000);
    const { status, headers } = await ask("GET", "/volumes");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain("Keystone uri=");
  });

  test("another project's volume does not exist, and its address is refused", async () => {
    const cloud = await open();
    const id = await makeVolume(cloud);
    const { headers, body } = await login(cloud.emulator, "other", "any", "other");
    const own = { "x-auth-token": headers.get("x-subject-token") ?? "" };
    const within = `${BASE}/v3/${body.token.project.id}/volumes/${id}`;
    expect((await cloud.emulator.fetch(within, { headers: own })).status).toBe(404);
    expect((await cloud.emulator.fetch(`${BASE}/v3/abc/volumes`, { headers: own })).status).toBe(400);
  });
});

describe("work of the volume service", () => {
  test("what is accepted comes to an end in its time", async () => {
    const { ask, emulator } = await open({ workMs: 2_000 });
    const { status, body } = await ask("POST", "/volumes", { volume: { size: 1 } });
    expect([status, body.volume.status]).toEqual([202, "creating"]);
    await emulator.advance(1_999);
    expect((await ask("GET", `/volumes/${body.volume.id}`)).body.volume.status).toBe("creating");
    await emulator.advance(1);
    expect((await ask("GET", `/volumes/${body.volume.id}`)).body.volume.status).toBe("available");
  });

  test("a volume that is being made can be deleted until a backend was chosen, and then when it is made", async () => {
    const { ask, emulator } = await open({ workMs: 2_000 });
    const make = async (): Promise<string> =>
      (await ask("POST", "/volumes", { volume: { size: 1 } })).body.volume.id;
    const early = await make();
    expect((await ask("DELETE", `/volumes/${early}`)).status).toBe(202);
    expect((await ask("GET", `/volumes/${early}`)).status).toBe(404);
    const late = await make();
    await emulator.advance(1_000);
    const { status, body } = await ask("DELETE", `/volumes/${late}`);
    expect([status, body.badRequest.message]).toEqual([
      400,
      expect.stringMatching(/^Invalid volume: Volume status must/),
    ]);
    expect((await ask("GET", `/volumes/${late}`)).body.volume.status).toBe("creating");
    await emulator.advance(1_000);
    expect((await ask("DELETE", `/volumes/${late}`)).status).toBe(202);
  });

  test("a growth that does not fit is accepted, leaves the size as it was, and says why by the request's id", async () => {
    const cloud = await open({ capacityGiB: 5 });
    const id = await makeVolume(cloud);
    const { status, headers } = await cloud.ask("POST", `/volumes/${id}/action`, {
      "os-extend": { new_size: 9 },
    });
    await cloud.emulator.advance(1_000);
    const { volume } = (await cloud.ask("GET", `/volumes/${id}`)).body;
    expect([status, volume.status, volume.size]).toEqual([202, "available", 1]);
    const { messages } = (await cloud.ask("GET", `/messages?resource_uuid=${id}`)).body;
    expect(messages).toMatchObject([
      { event_id: "VOLUME_VOLUME_007_003", request_id: headers.get("x-openstack-request-id") },
    ]);
    const ofNobody = async (version: string): Promise<Answer> =>
      await cloud.ask("GET", "/messages?resource_uuid=nobody", undefined, version);
    expect((await ofNobody("3.5")).body.messages).toEqual([]);
    expect((await ofNobody("3.4")).body.messages).toHaveLength(messages.length);
  });

  test.each([
    ["create_volume", "error"],
    ["delete_volume", "error_deleting"],
    ["extend_volume", "error_extending"],
    ["revert_volume", "error"],
  ] as const)("%s can be made to fail: %s", async (work, state) => {
    const cloud = await open({ failing: [work] });
    const id = await makeVolume(cloud);
    const { body } = await cloud.ask("POST", "/snapshots", { snapshot: { volume_id: id } });
    await cloud.emulator.advance(1_000);
    const actions: Readonly<Record<string, object>> = {
      extend_volume: { "os-extend": { new_size: 2 } },
      revert_volume: { revert: { snapshot_id: body.snapshot?.id } },
    };
    if (work === "delete_volume") await cloud.ask("DELETE", `/volumes/${id}?cascade=true`);
    if (actions[work] !== undefined) await cloud.ask("POST", `/volumes/${id}/action`, actions[work]);
    await cloud.emulator.advance(1_000);
    expect((await cloud.ask("GET", `/volumes/${id}`)).body.volume.status).toBe(state);
  });

  test("a snapshot that goes while a volume is made from it spoils that volume", async () => {
    const cloud = await open();
    const id = await makeVolume(cloud);
    const { body } = await cloud.ask("POST", "/snapshots", { snapshot: { volume_id: id } });
    await cloud.emulator.advance(1_000);
    await cloud.ask("DELETE", `/snapshots/${body.snapshot.id}`);
    const restored = await cloud.ask("POST", "/volumes", { volume: { snapshot_id: body.snapshot.id } });
    // It is being deleted already: nothing can be made from it.
    expect(restored.status).toBe(400);
  });

  test("a quota that is used up is 413, with a time to wait that means nothing", async () => {
    const cloud = await open({ quotas: { volumes: 1 } });
    await makeVolume(cloud);
    const { status, headers, body } = await cloud.ask("POST", "/volumes", { volume: { size: 1 } });
    expect([status, headers.get("retry-after"), Object.keys(body)]).toEqual([413, "0", ["overLimit"]]);
  });

  test("the quotas that projects have by default are shown, without what is in use", async () => {
    const cloud = await open({ quotas: { volumes: 1 } });
    const project = (await cloud.ask("GET", `/volumes/${await makeVolume(cloud)}`)).body.volume[
      "os-vol-tenant-attr:tenant_id"
    ];
    const { status, body } = await cloud.ask("GET", `/os-quota-sets/${project}/defaults`);
    expect([status, body.quota_set.id, body.quota_set.volumes]).toEqual([200, project, 1]);
    expect((await cloud.ask("GET", "/os-quota-sets/another/defaults")).status).toBe(403);
  });

  test("the services are shown to administrators alone", async () => {
    const { status, body } = await (await open()).ask("GET", "/os-services");
    expect([status, Object.keys(body)]).toEqual([403, ["forbidden"]]);
  });
});

test("pages go by a marker, which is not found once its volume is gone", async () => {
  const cloud = await open({ maxPageSize: 2 });
  const ids = [];
  for (const name of ["a", "b", "c"]) ids.unshift(await makeVolume(cloud, { name }));
  const first = (await cloud.ask("GET", "/volumes/detail?limit=500")).body;
  expect(first.volumes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  expect(first.volumes_links[0].href).toBe(
    `${BASE}${new URL(first.volumes_links[0].href).pathname}?limit=500&marker=${ids[1]}`,
  );
  const second = (await cloud.ask("GET", `/volumes/detail?marker=${ids[1]}`)).body;
  expect(second.volumes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
  await cloud.ask("DELETE", `/volumes/${ids[1]}`);
  await cloud.emulator.advance(1_000);
  expect((await cloud.ask("GET", `/volumes/detail?marker=${ids[1]}`)).status).toBe(404);
});

test("MariaDB drops fractions of seconds and filters names without regard to capitals", async () => {
  const cloud = await open({ database: "mariadb" });
  const id = await makeVolume(cloud, { name: "Älpha" });
  const { volumes } = (await cloud.ask("GET", "/volumes/detail?name=alpha")).body;
  expect(volumes.map((volume: { id: string }) => volume.id)).toEqual([id]);
  expect(volumes[0].created_at).toMatch(/\.000000$/);
});

test("what was read is a seed, and the inventory speaks the words of all emulators", async () => {
  const cloud = await open();
  const volumeId = await makeVolume(cloud, { metadata: { a: "1" } });
  await cloud.ask("POST", "/snapshots", { snapshot: { volume_id: volumeId, name: "s" } });
  await cloud.emulator.advance(1_000);
  const copy = createOpenStackEmulator({ clock: createVirtualClock() });
  copy.seed(cloud.emulator.state());
  expect(copy.inventory()).toEqual(cloud.emulator.inventory());
  expect(copy.inventory().snapshots).toMatchObject([{ name: "s", volumeId, sizeGiB: 1, ready: true }]);
});

test("a state that was read comes to rest, keeps its attachments, and none of its ids is given again", async () => {
  const cloud = await open();
  const attached = await makeVolume(cloud, { name: "attached" });
  const attach = { host_name: "node-1", mountpoint: "/dev/vdb" };
  await cloud.ask("POST", `/volumes/${attached}/action`, { "os-attach": attach });
  const leaving = await makeVolume(cloud, { name: "leaving" });
  await cloud.ask("DELETE", `/volumes/${leaving}`);
  const { body } = await cloud.ask("POST", "/volumes", { volume: { size: 1, name: "made" } });

  const copy = await open();
  copy.emulator.seed(JSON.parse(JSON.stringify(cloud.emulator.state())));
  const at = { sizeGiB: 1, ready: true };
  expect(copy.emulator.inventory().volumes).toEqual([
    { id: body.volume.id, name: "made", ...at, serverIds: [] },
    { id: attached, name: "attached", ...at, serverIds: ["node-1"] },
  ]);
  const { body: shown } = await copy.ask("GET", `/volumes/${attached}`);
  expect(shown.volume.metadata).toEqual({ readonly: "False", attached_mode: "rw" });
  await makeVolume(copy, { name: "new" });
  const names = copy.emulator.inventory().volumes.map(({ name }) => name);
  expect(names.sort()).toEqual(["attached", "made", "new"]);
});

test("a seed is taken whole or not at all", async () => {
  const { emulator } = await open();
  const snapshots = [{ name: "s", volume_name: "nobody" }];
  const wrong = { volumes: [{ name: "db" }], snapshots, failures: { extend_volume: 1 } };
  expect(() => emulator.seed(wrong)).toThrow("seed.snapshots[0]: 0 volumes fit");
  const id = "0a0b0c0d-0000-4000-8000-00000000beef";
  expect(() => emulator.seed({ volumes: [{ id }, { id }] })).toThrow(`seed.volumes[1].id: ${id} is taken`);
  expect(emulator.inventory()).toEqual({ volumes: [], snapshots: [] });
});

test("what is seeded is in the project that can be logged in to", async () => {
  const users = [{ name: "alice", password: "any", projects: ["shop", "demo"] }];
  const emulator = createOpenStackEmulator({ users, clock: createVirtualClock() });
  emulator.seed({ volumes: [{ name: "db", size: 1 }] });
  const { headers, body } = await login(emulator, "alice", "any", "shop");
  const token = { "x-auth-token": headers.get("x-subject-token") ?? "" };
  const url = `${BASE}/v3/${body.token.project.id}/volumes`;
  expect(await (await emulator.fetch(url, { headers: token })).json()).toMatchObject({
    volumes: [{ name: "db" }],
  });
});

test.each([
  [{ newestVersion: "4.0" }, "options.newestVersion: must be a microversion such as 3.70"],
  [{ failing: ["reboot"] }, "options.failing[0]"],
  [{ users: [] }, "options.users: must have at least one user"],
])("options that cannot be are refused by their place: %j", (options, words) => {
  const make = (): unknown => createOpenStackEmulator(options as OpenStackOptions);
  expect(make).toThrow(InvalidInput);
  expect(make).toThrow(words);
});
