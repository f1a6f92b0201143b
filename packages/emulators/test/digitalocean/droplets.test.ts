import { describe, expect, test } from "vitest";
import { errorOf, type Json, type Reply, serve } from "./harness.ts";

const ASKED = { name: "web-1", region: "nyc3", size: "s-2vcpu-4gb", image: "ubuntu-22-04-x64" };

test("a Droplet is made with its volumes, tags and features, and is new until its action ends", async () => {
  const { call, volume, clock, url } = await serve();
  const { id } = await volume("data");
  const made = await call("POST", "/v2/droplets", {
    ...{ ...ASKED, ipv6: true, private_networking: true, monitoring: false, backups: null },
    ...{ tags: ["web"], volumes: [id], user_data: "ignored", ssh_keys: [] },
  });
  expect(made.status).toBe(202);
  const { droplet, links } = made.body;
  expect(droplet).toMatchObject({
    ...{ name: "web-1", status: "new", memory: 4096, vcpus: 2, size_slug: "s-2vcpu-4gb" },
    ...{ image: { slug: "ubuntu-22-04-x64" }, region: { slug: "nyc3" }, size: { slug: "s-2vcpu-4gb" } },
    ...{ tags: ["web"], volume_ids: [id], features: ["ipv6", "private_networking"] },
    networks: { v4: [{ type: "public" }, { type: "private" }], v6: [{ type: "public" }] },
  });
  const action = links.actions[0];
  expect(action).toEqual({ id: action.id, rel: "create", href: `${url}/v2/actions/${action.id}` });
  const begun = { type: "create", status: "in-progress", resource_id: droplet.id, resource_type: "droplet" };
  expect((await call("GET", `/v2/actions/${action.id}`)).body.action).toMatchObject(begun);
  expect((await call("GET", `/v2/volumes/${id}`)).body.volume.droplet_ids).toEqual([droplet.id]);
  expect((await call("DELETE", `/v2/volumes/${id}`)).status).toBe(409);
  const attach = { type: "attach", droplet_id: droplet.id };
  const busy = await call("POST", `/v2/volumes/${(await volume("more")).id}/actions`, attach);
  expect(errorOf(busy)[2]).toContain("pending event");

  await clock.advance(5000);
  const path = `/v2/droplets/${droplet.id}`;
  expect((await call("GET", path)).body.droplet.status).toBe("active");
  const actions = (await call("GET", `${path}/actions`)).body.actions;
  expect(actions).toMatchObject([{ id: action.id, status: "completed" }]);
  expect((await call("GET", `${path}/actions/${action.id}`)).body.action.status).toBe("completed");
  expect((await call("GET", "/v2/tags/web")).body.tag.resources.droplets.count).toBe(1);

  expect((await call("DELETE", path)).status).toBe(204);
  expect((await call("GET", path)).status).toBe(404);
  expect((await call("GET", `/v2/volumes/${id}`)).body.volume.droplet_ids).toEqual([]);
  expect((await call("DELETE", `/v2/volumes/${id}`)).status).toBe(204);
});

test("several are made by names, with ids that nothing has had; from an image by number", async () => {
  const { call, emulator } = await serve({ actionDurationMs: { create: 0 } });
  emulator.seed({ droplets: [{ id: 500_000_002, region: "nyc3" }] });
  const body = { ...ASKED, name: undefined, names: ["a", "b"], image: 777 };
  const { droplets, links } = (await call("POST", "/v2/droplets", body)).body;
  expect(droplets.map((one: Json) => [one.id, one.name, one.status])).toEqual([
    [500_000_001, "a", "active"],
    [500_000_003, "b", "active"],
  ]);
  expect(links.actions).toHaveLength(2);
  expect(droplets[0].image).toMatchObject({ id: 777, slug: null });
  await call("DELETE", "/v2/droplets/500000003");
  expect((await call("POST", "/v2/droplets", ASKED)).body.droplet.id).toBe(500_000_004);
});

describe("a Droplet is refused", () => {
  test.each([
    ["without a name", { name: "" }, "hostname"],
    ["of a name that no host can have", { name: "a_b" }, "hostname"],
    ["without an image", { image: "" }, "image"],
    ["without a size", { size: null }, "size"],
    ["in an unknown region", { region: "mars1" }, "Region"],
    ["in a region without Droplets", { region: "ams1" }, "Region"],
    ["with a wrong tag", { tags: ["a b"] }, "tag"],
    ["with an unknown volume", { volumes: ["0a0a"] }, "does not exist"],
  ])("%s", async (_what, change, words) => {
    const { call, emulator } = await serve();
    const reply = await call("POST", "/v2/droplets", { ...ASKED, ...change });
    expect(errorOf(reply)).toEqual([422, "unprocessable_entity", expect.stringContaining(words)]);
    expect(emulator.state()).toMatchObject({ droplets: [], actions: [], tags: [] });
  });

  test("with a volume that is elsewhere, attached, or given twice", async () => {
    const { call, volume } = await serve({ volumesPerDroplet: 2, actionDurationMs: 0 });
    const ids: string[] = [];
    for (const name of ["a", "b", "c"]) ids.push((await volume(name)).id);
    const [id = ""] = ids;
    const far = (await volume("far", { region: "ams3" })).id;
    const create = (volumes: readonly string[], more = {}): Promise<Reply> =>
      call("POST", "/v2/droplets", { ...ASKED, volumes, ...more });
    const refused = [
      await create([far]),
      await create([id, id]),
      await create(ids),
      await create([id], { name: undefined, names: ["a", "b"] }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect((await create([id])).status).toBe(202);
    expect(errorOf(await create([id]))[2]).toBe("This volume is already attached");
  });

  test("without the scope, or without that of tags", async () => {
    const { call } = await serve({ tokens: [{ token: "T", scopes: ["droplet:create"] }] });
    expect((await call("POST", "/v2/droplets", { ...ASKED, tags: ["a"] })).status).toBe(403);
    expect((await call("POST", "/v2/droplets", ASKED)).status).toBe(202);
    expect((await call("GET", "/v2/droplets")).status).toBe(403);
  });
});

test("a snapshot of a Droplet is an action, found by the time at which it began", async () => {
  const { call, clock } = await serve({ droplets: [{ id: 1001, region: "nyc3" }] });
  const path = "/v2/droplets/1001";
  const begun = await call("POST", `${path}/actions`, { type: "snapshot", name: "before" });
  expect(begun.status).toBe(201);
  const { action } = begun.body;
  expect(action).toMatchObject({ type: "snapshot", status: "in-progress", resource_id: 1001 });
  expect((await call("POST", `${path}/actions`, { type: "snapshot" })).status).toBe(422);
  expect((await call("POST", `${path}/actions`, { type: "reboot" })).status).toBe(422);
  expect((await call("GET", `${path}/snapshots`)).body.snapshots).toEqual([]);
  await clock.advance(5000);
  const [image] = (await call("GET", `${path}/snapshots`)).body.snapshots;
  expect(image).toMatchObject({ name: "before", created_at: action.started_at, type: "snapshot" });
  const { body } = await call("GET", `/v2/snapshots/${image.id}`);
  expect(body.snapshot).toMatchObject({
    id: String(image.id),
    resource_id: "1001",
    resource_type: "droplet",
  });
  expect((await call("GET", path)).body.droplet.snapshot_ids).toEqual([image.id]);
  expect((await call("DELETE", `/v2/snapshots/${image.id}`)).status).toBe(204);
  const volumeAction = (await call("GET", "/v2/actions")).body.actions;
  expect(volumeAction).toHaveLength(1);
  expect((await call("GET", `/v2/droplets/7/actions/${action.id}`)).status).toBe(404);
});
