/** A token that lacks one scope: which one, the error says. And whether tags are shown at all. */
import { describe, expect, test } from "vitest";
import { digitalOcean } from "../src/native-operations.ts";
import { type Cloud, openCloud, TOKEN } from "./cloud.ts";

const DB = "00000000-0000-4000-8000-000000000001";
const SNAPSHOT = "00000000-0000-4000-8000-0000000000a1";
const ALL = [
  ...["read", "create", "delete"].map((verb) => `block_storage:${verb}`),
  ...["read", "create", "delete"].map((verb) => `block_storage_snapshot:${verb}`),
  ...["read", "create"].map((verb) => `block_storage_action:${verb}`),
  ...["read", "create", "delete"].map((verb) => `tag:${verb}`),
  ...["snapshot:read", "actions:read"],
];

/** A cloud whose token has all scopes but this one. */
async function without(scope: string): Promise<Cloud> {
  const cloud = await openCloud({ tokens: [{ token: TOKEN, scopes: ALL.filter((each) => each !== scope) }] });
  cloud.emulator.seed({
    volumes: [{ id: DB, name: "db", region: "nyc3", size_gigabytes: 10 }],
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
