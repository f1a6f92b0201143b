import { describe, expect, test } from "vitest";
import { errorOf, type Reply, type Server, serve } from "./harness.ts";

interface Tagging extends Server {
  tag(name: string, ids: Record<string, string>): Promise<Reply>;
  untag(name: string, ids: Record<string, string>): Promise<Reply>;
}

async function start(): Promise<Tagging> {
  const server = await serve({ droplets: [{ id: 1001, region: "nyc3" }] });
  const resources = (ids: Record<string, string>): unknown => ({
    resources: Object.entries(ids).map(([resource_type, resource_id]) => ({ resource_id, resource_type })),
  });
  return {
    ...server,
    tag: (name, ids) => server.call("POST", `/v2/tags/${name}/resources`, resources(ids)),
    untag: (name, ids) => server.call("DELETE", `/v2/tags/${name}/resources`, resources(ids)),
  };
}

describe("tags", () => {
  test("are made with 201, also when they exist, and keep the capitals of the first use", async () => {
    const { call, volume } = await start();
    const first = await call("POST", "/v2/tags", { name: "Env:Prod" });
    expect(first.status).toBe(201);
    expect(first.body.tag).toMatchObject({
      name: "Env:Prod",
      resources: { count: 0, volumes: { count: 0 } },
    });
    const again = await call("POST", "/v2/tags", { name: "env:prod" });
    expect([again.status, again.body.tag.name]).toEqual([201, "Env:Prod"]);
    expect((await volume("data-a", { tags: ["ENV:PROD", "env:prod"] })).tags).toEqual(["Env:Prod"]);
    expect((await call("GET", "/v2/tags")).body).toMatchObject({
      tags: [{ name: "Env:Prod" }],
      meta: { total: 1 },
    });
  });

  test.each([[{ name: "a b" }], [{ name: "" }], [{}], [{ name: "x".repeat(256) }]])(
    "are refused with 400 in a shape of their own for %j",
    async (body) => {
      const { call } = await start();
      const reply = await call("POST", "/v2/tags", body);
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual({
        error: expect.any(String),
        messages: null,
        root_causes: [expect.stringMatching(/^rpc error: /)],
      });
    },
  );

  test("go onto volumes, snapshots and Droplets and off again, each with 204", async () => {
    const { call, volume, snapshot, tag, untag } = await start();
    const a = await volume("data-a");
    const s = await snapshot(a.id, "first");
    await call("POST", "/v2/tags", { name: "Nightly" });
    const all = { volume: a.id, volume_snapshot: s.id, droplet: "1001" };
    expect((await tag("nightly", all)).status).toBe(204);
    expect((await tag("Nightly", all)).status).toBe(204);
    expect((await call("GET", `/v2/volumes/${a.id}`)).body.volume.tags).toEqual(["Nightly"]);
    expect((await call("GET", `/v2/snapshots/${s.id}`)).body.snapshot.tags).toEqual(["Nightly"]);
    expect((await call("GET", "/v2/droplets?tag_name=Nightly")).body.meta.total).toBe(1);
    const counted = (await call("GET", "/v2/tags/Nightly")).body.tag.resources;
    expect(counted).toMatchObject({
      count: 3,
      volumes: { count: 1, last_tagged_uri: expect.stringContaining(`/v2/volumes/${a.id}`) },
      volume_snapshots: { count: 1, last_tagged_uri: expect.stringContaining(`/v2/snapshots/${s.id}`) },
      droplets: { count: 1 },
    });
    expect((await untag("Nightly", { volume_snapshot: s.id })).status).toBe(204);
    expect((await untag("Nightly", { volume_snapshot: s.id })).status).toBe(204);
    expect((await call("GET", `/v2/snapshots/${s.id}`)).body.snapshot.tags).toEqual([]);
    expect((await call("DELETE", "/v2/tags/Nightly")).status).toBe(204);
    expect((await call("GET", `/v2/volumes/${a.id}`)).body.volume.tags).toEqual([]);
    expect((await call("GET", "/v2/tags/Nightly")).status).toBe(404);
  });

  test("are 404 when unknown, and change nothing when one resource is", async () => {
    const { call, volume, tag, untag } = await start();
    const { id } = await volume("data-a");
    expect((await tag("unknown", { volume: id })).status).toBe(404);
    expect((await untag("unknown", { volume: id })).status).toBe(404);
    expect((await tag("bad%20name", { volume: id })).status).toBe(404);
    await call("POST", "/v2/tags", { name: "x" });
    expect((await tag("x", { volume: id, volume_snapshot: "0000" })).status).toBe(404);
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume.tags).toEqual([]);
    expect((await tag("x", { bucket: id })).status).toBe(422);
    expect(errorOf(await call("POST", "/v2/tags/x/resources", { resources: "all" }))[0]).toBe(400);
  });

  test("with a forbidden character are refused in a creation, with the status that was set", async () => {
    const { call } = await serve({ invalidTagStatus: 400 });
    const body = { name: "data-a", region: "nyc3", size_gigabytes: 10, tags: ["no spaces"] };
    expect(errorOf(await call("POST", "/v2/volumes", body)).slice(0, 2)).toEqual([400, "bad_request"]);
  });
});
