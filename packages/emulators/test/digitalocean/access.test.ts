import { describe, expect, test } from "vitest";
import { createDigitalOceanEmulator } from "../../src/digitalocean/index.ts";
import { errorOf, serve } from "./harness.ts";

const unauthorized = { id: "unauthorized", message: "Unable to authenticate you." };
const forbidden = [403, "forbidden", "you do not have access for the attempted action"];
const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe("authentication", () => {
  test.each([["Bearer wrong"], ["Bearer "], ["T"], ["Basic VDo="], [""]])(
    "is 401 for %j",
    async (authorization) => {
      const { call } = await serve();
      const reply = await call("GET", "/v2/volumes", undefined, { authorization });
      expect([reply.status, reply.body]).toEqual([401, unauthorized]);
      expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(reply.headers.get("ratelimit-limit")).toMatch(/^\d+$/);
    },
  );

  test("comes before everything else", async () => {
    const { call } = await serve();
    expect((await call("POST", "/v2/nowhere", "nonsense", as("wrong"))).status).toBe(401);
  });

  test("takes the scheme in any case, and several tokens", async () => {
    const { call } = await serve({ tokens: ["T", { token: "dop_v1_abc" }] });
    expect((await call("GET", "/v2/account", undefined, { authorization: "bearer T" })).status).toBe(200);
    expect((await call("GET", "/v2/account", undefined, as("dop_v1_abc"))).status).toBe(200);
  });

  test("takes any token when none is named, but not none", async () => {
    const { call } = await serve({ tokens: undefined });
    expect((await call("GET", "/v2/account", undefined, as("whatever"))).status).toBe(200);
    expect((await call("GET", "/v2/account", undefined, { authorization: "" })).status).toBe(401);
  });

  test("refuses options that cannot be", () => {
    expect(() => createDigitalOceanEmulator({ tokens: [""] })).toThrow("must not be empty");
    const scopes = ["Volumes"];
    expect(() => createDigitalOceanEmulator({ tokens: [{ token: "T", scopes }] })).toThrow(
      'must be a scope such as block_storage:read, not "Volumes"',
    );
    const droplets = [{ id: 1, region: "mars1" }];
    expect(() => createDigitalOceanEmulator({ droplets })).toThrow('"mars1", which is no region');
  });
});

describe("scopes", () => {
  test("a read-only token reads everything and writes nothing", async () => {
    const { call, volume } = await serve({ tokens: ["T", { token: "R", scopes: ["read"] }] });
    const { id } = await volume("data-a", { tags: ["x"] });
    for (const target of [
      "/v2/volumes",
      `/v2/volumes/${id}/snapshots`,
      "/v2/snapshots",
      "/v2/tags",
      "/v2/account",
    ]) {
      expect((await call("GET", target, undefined, as("R"))).status).toBe(200);
    }
    expect((await call("GET", `/v2/volumes/${id}`, undefined, as("R"))).body.volume.tags).toEqual(["x"]);
    const writes = [
      ["POST", "/v2/volumes"],
      ["DELETE", `/v2/volumes/${id}`],
      ["DELETE", "/v2/volumes?name=data-a&region=nyc3"],
      ["POST", `/v2/volumes/${id}/snapshots`],
      ["POST", `/v2/volumes/${id}/actions`],
      ["POST", "/v2/volumes/actions"],
      ["POST", "/v2/tags"],
      ["POST", "/v2/tags/x/resources"],
      ["DELETE", "/v2/tags/x/resources"],
    ] as const;
    for (const [method, target] of writes) {
      const reply = await call(method, target, {}, as("R"));
      expect(errorOf(reply)).toEqual(forbidden);
      expect(reply.body.request_id).toBe(reply.headers.get("x-request-id"));
    }
    expect((await call("GET", `/v2/volumes/${id}`)).status).toBe(200);
  });

  test("custom scopes allow their operations and no others", async () => {
    const { call, volume, snapshot } = await serve({
      tokens: [
        "T",
        { token: "volumes", scopes: ["block_storage:read", "block_storage:create"] },
        { token: "snapshots", scopes: ["block_storage_snapshot:read", "block_storage_snapshot:delete"] },
        { token: "all-snapshots", scopes: ["snapshot:delete", "block_storage_snapshot:read"] },
      ],
    });
    const { id } = await volume("data-a");
    const taken = await snapshot(id, "first");
    const status = async (token: string, method: string, target: string, body?: unknown): Promise<number> =>
      (await call(method, target, body, as(token))).status;

    expect(await status("volumes", "GET", "/v2/volumes")).toBe(200);
    expect(await status("volumes", "DELETE", `/v2/volumes/${id}`)).toBe(403);
    expect(await status("volumes", "GET", `/v2/volumes/${id}/snapshots`)).toBe(403);
    expect(await status("snapshots", "GET", `/v2/volumes/${id}/snapshots`)).toBe(200);
    expect(await status("snapshots", "GET", "/v2/snapshots")).toBe(403);
    expect(await status("snapshots", "GET", `/v2/snapshots/${taken.id}`)).toBe(403);
    expect(await status("snapshots", "DELETE", `/v2/snapshots/${taken.id}`)).toBe(403);
    // The scope to delete snapshots brings those to read them along.
    expect(await status("all-snapshots", "GET", `/v2/snapshots/${taken.id}`)).toBe(200);
    expect(await status("all-snapshots", "DELETE", `/v2/snapshots/${taken.id}`)).toBe(204);
  });

  test("tags need tag:create to be given, tag:read to be seen, and the sizes of a region sizes:read", async () => {
    const scopes = ["block_storage:read", "block_storage:create", "block_storage_snapshot:create"];
    const { call, volume } = await serve({
      tokens: [
        "T",
        { token: "plain", scopes },
        { token: "tagger", scopes: [...scopes, "tag:create", "tag:read"] },
      ],
    });
    const body = { name: "data-a", region: "nyc3", size_gigabytes: 10 };
    expect(errorOf(await call("POST", "/v2/volumes", { ...body, tags: ["x"] }, as("plain")))).toEqual(
      forbidden,
    );
    expect((await call("POST", "/v2/volumes", { ...body, tags: [] }, as("plain"))).status).toBe(201);
    const { id } = await volume("data-b", { tags: ["x"] });
    const snapshot = { name: "first", tags: ["x"] };
    expect((await call("POST", `/v2/volumes/${id}/snapshots`, snapshot, as("plain"))).status).toBe(403);
    expect((await call("POST", `/v2/volumes/${id}/snapshots`, snapshot, as("tagger"))).status).toBe(201);
    const hidden = (await call("GET", `/v2/volumes/${id}`, undefined, as("plain"))).body.volume;
    expect([hidden.tags, hidden.region.sizes]).toEqual([[], []]);
    expect((await call("GET", `/v2/volumes/${id}`, undefined, as("tagger"))).body.volume.tags).toEqual(["x"]);
  });
});

describe("pages in browsers", () => {
  test("get their preflight answered and may read the headers", async () => {
    const { call } = await serve();
    const origin = "https://console.example";
    const preflight = await call("OPTIONS", "/v2/volumes", undefined, {
      authorization: "",
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("DELETE");
    const read = await call("GET", "/v2/volumes", undefined, { origin });
    expect(read.headers.get("access-control-expose-headers")).toContain("ratelimit-remaining");
    expect(read.headers.get("access-control-allow-credentials")).toBe("true");
    expect((await call("GET", "/v2/volumes")).headers.has("access-control-allow-origin")).toBe(false);
  });
});
