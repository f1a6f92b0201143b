/** A token that lacks one scope: which one, the error says. And whether tags are shown at all. */
import { describe, expect, test } from "vitest";
import { digitalOcean } from "../src/native-operations.ts";
import { type Cloud, openCloud, TOKEN } from "./cloud.ts";

const DB = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";
const VOLUME = { id: DB, name: "db", region: "nyc3", size_gigabytes: 10 };
const SNAPSHOT = "00000000-0000-4000-8000-0000000000a1";
const ALL = [
  ...["read", "create", "delete"].map((verb) => `block_storage:${verb}`),
  ...["read", "create", "delete"].map((verb) => `block_storage_snapshot:${verb}`),
  ...["read", "create"].map((verb) => `block_storage_action:${verb}`),
  ...["read", "create", "delete"].map((verb) => `tag:${verb}`),
  ...["snapshot:read", "actions:read"],
];

/** A cloud whose token has all scopes but this one. */
async function without(scope: string, options: Parameters<typeof openCloud>[0] = {}): Promise<Cloud> {
  const tokens = [{ token: TOKEN, scopes: ALL.filter((each) => each !== scope) }];
  const cloud = await openCloud({ ...options, tokens });
  cloud.emulator.seed({
    volumes: [VOLUME],
    snapshots: [{ id: SNAPSHOT, name: "s", resource_id: DB, created_at: "2026-07-01T00:00:00Z" }],
  });
  return cloud;
}

const WORK: readonly (readonly [string, (cloud: Cloud) => Promise<unknown>])[] = [
  ["block_storage:read", ({ storage }) => storage.volumes.list().toArray()],
  ["block_storage:read", ({ storage }) => storage.volumes.get(DB)],
  ["block_storage:create", ({ storage }) => storage.volumes.create({ name: "web", sizeGiB: 1 })],
  ["block_storage:delete", ({ storage }) => storage.volumes.delete(DB)],
  ["block_storage_action:create", ({ storage }) => storage.volumes.attach(DB, "1001")],
  ["snapshot:read", ({ storage }) => storage.snapshots.list().toArray()],
  ["block_storage_snapshot:read", ({ storage }) => storage.snapshots.list({ volumeId: DB }).toArray()],
  ["block_storage_snapshot:create", ({ storage }) => storage.snapshots.create({ volumeId: DB, name: "t" })],
  ["block_storage_snapshot:delete", ({ storage }) => storage.snapshots.delete(SNAPSHOT)],
  [
    "tag:create",
    ({ storage }) => storage.snapshots.create({ volumeId: DB, name: "t", tags: { env: "prod" } }),
  ],
  ["tag:create", ({ storage }) => storage.volumes.create({ name: "web", sizeGiB: 1, tags: { env: "prod" } })],
  ["tag:create", ({ storage }) => digitalOcean(storage).createTag("env")],
  ["tag:delete", ({ storage }) => digitalOcean(storage).removeTag("env", [{ kind: "volume", id: DB }])],
  ["block_storage_action:read", ({ storage }) => digitalOcean(storage).listActions(DB)],
  ["actions:read", ({ storage }) => digitalOcean(storage).getAction(1)],
  ["snapshot:read", ({ storage }) => digitalOcean(storage).getSnapshot(SNAPSHOT)],
];

test.each(WORK)("%s is named by what needs it (%#)", async (scope, work) => {
  await expect(work(await without(scope))).rejects.toMatchObject({
    code: "permission_denied",
    reason: expect.stringMatching(new RegExp(`it needs the scopes? .*\\b${scope}\\b`)),
  });
});

describe("without block_storage_action:read, the volume itself tells what became of a change", () => {
  const CHANGES: Readonly<Record<string, (cloud: Cloud) => Promise<unknown>>> = {
    attach: ({ storage }) => storage.volumes.attach(DB, "1001"),
    resize: ({ storage }) => storage.volumes.resize(DB, 20),
    detach: ({ storage }) => storage.volumes.detach(OTHER, "1002"),
  };
  const DONE: Readonly<Record<string, object>> = {
    attach: { attachments: [{ serverId: "1001" }] },
    resize: { sizeGiB: 20 },
    detach: { attachments: [] },
  };

  test.each(Object.keys(CHANGES))("%s that takes two minutes", async (name) => {
    const cloud = await without("block_storage_action:read", { actionDurationMs: 120_000 });
    cloud.emulator.seed({ volumes: [{ ...VOLUME, id: OTHER, name: "b", droplet_id: 1002 }] });
    expect(await CHANGES[name]?.(cloud)).toMatchObject(DONE[name] as object);
    expect(cloud.sent().filter((each) => each.startsWith("POST"))).toHaveLength(1);
  });

  test.each(["attach", "resize"])(
    "%s of which nothing ever shows is neither done nor failed",
    async (name) => {
      const cloud = await without("block_storage_action:read");
      cloud.emulator.seed({ action_outcomes: ["errored"] });
      await expect(CHANGES[name]?.(cloud)).rejects.toMatchObject({
        ...{ code: "timeout", outcome: "unknown" },
        reason: expect.stringMatching(
          /last seen: available, and the record of the change cannot be read: .*block_storage_action:read/,
        ),
      });
      expect(cloud.sent().filter((each) => each.startsWith("POST"))).toHaveLength(1);
    },
  );
});

test("with tags, both scopes are named: either may be the one that lacks", async () => {
  const { storage } = await without("tag:create");
  await expect(storage.snapshots.create({ volumeId: DB, name: "t", tags: { a: "b" } })).rejects.toThrow(
    "it needs the scope block_storage_snapshot:create, and with tags also tag:create",
  );
});

describe("whether tags are shown", () => {
  test.each([
    ["tag:read", false],
    ["tag:create", true],
  ])("without %s: %j, at one request more", async (scope, visible) => {
    const { storage, sent } = await without(scope);
    expect((await storage.checkHealth()).tagsVisible).toBeUndefined();
    expect(sent()).toHaveLength(1);
    expect((await storage.checkHealth({ tags: true })).tagsVisible).toBe(visible);
    expect(sent().slice(1)).toEqual(["GET /v2/volumes?per_page=1", "GET /v2/tags?per_page=1"]);
  });

  test("a creation answers null where there are none: that is known", async () => {
    const { storage } = await openCloud();
    const { tags, tagsUnknown } = await storage.volumes.create({ name: "db", sizeGiB: 1 });
    expect({ tags, tagsUnknown }).toEqual({ tags: {}, tagsUnknown: undefined });
  });
});
