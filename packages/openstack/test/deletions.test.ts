/** Deletions: refusals by the state behind them, and sources by who reads them. */
import type { BlockStorage } from "@polyvol/core";
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import {
  type Answer,
  holding,
  refusal,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const INVALID = refusal(400, "badRequest", "Invalid volume: Volume status must be available or error or …");
const ACCEPTED: Answer = { status: 202 };

test.each([
  [{ status: "error_deleting" }, [], "failed_precondition", /error_deleting, in which only an administrator/],
  [
    { status: "error" },
    [snapshot({ status: "error_deleting" })],
    "failed_precondition",
    /its snapshot .*only an adm/,
  ],
  [{ status: "error" }, [snapshot()], "failed_precondition", /it has a snapshot, which cannot outlive it/],
  [{ status: "available" }, [], "failed_precondition", /Volume status must be/],
])("a deletion of a volume that is refused says why: %j", async (state, snapshots, code, words) => {
  const cinder = holding({ volume: state, snapshots: [] }, (key) =>
    key === `DELETE /volumes/${VOLUME_ID}` ? INVALID : undefined,
  );
  let asked = 0;
  const cloud = await startCloud({
    // Snapshots that come between the look before and the refusal.
    cinder: (request, path) => {
      if (path === "/snapshots/detail" && ++asked > 1) return { body: { snapshots } };
      return cinder(request, path);
    },
  });
  const error = await failureOf(cloud.storage.volumes.delete(VOLUME_ID));
  expect(error).toMatchObject({ code, reason: expect.stringMatching(words), outcome: "not_applied" });
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

test.each([
  [{ status: "error_deleting" }, {}, /^it is in the state error_deleting, in which only an administrator/],
  [{ group_id: "g1" }, {}, /^it belongs to the group g1, /],
  [{ consistencygroup_id: "c1" }, {}, /^it belongs to the group c1, /],
  [{}, { status: "error_deleting" }, /^its snapshot "s1" \(.*\): it is in the state error_deleting, /],
  [{}, { group_snapshot_id: "g2" }, /^its snapshot "s1" \(.*\): it belongs to the group g2, /],
])("no snapshot goes for a volume that cannot: volume %j, snapshot %j", async (state, other, words) => {
  const older = snapshot({ id: VOLUME_ID.replace("5", "6"), created_at: "2026-11-28T14:54:33.061000" });
  const cinder = holding({ volume: state, snapshots: [older, snapshot(other)] }, () => undefined);
  const cloud = await startCloud({ cinder });
  const error = await failureOf(cloud.storage.volumes.delete(VOLUME_ID, { snapshots: "delete" }));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
  expect(error.reason).toMatch(words);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toEqual([]);
});

test.each([
  ["deletion", "DELETE", (storage: BlockStorage) => storage.volumes.delete(VOLUME_ID)],
  ["growth", "POST", (storage: BlockStorage) => storage.volumes.resize(VOLUME_ID, 2)],
  [
    "snapshot",
    "POST",
    (storage: BlockStorage) => storage.snapshots.create({ volumeId: VOLUME_ID, name: "s" }),
  ],
])(
  "a %s of a volume that is offered to another project meanwhile is refused once",
  async (_, method, change) => {
    const seen = { status: "available" };
    const cloud = await startCloud({
      cinder: holding({ volume: seen }, (key) => {
        if (!key.startsWith(method)) return undefined;
        seen.status = "awaiting-transfer";
        return INVALID;
      }),
    });
    const error = await failureOf(change(cloud.storage));
    expect(error).toMatchObject({
      code: "failed_precondition",
      reason: "it is in the state awaiting-transfer, which does not pass by itself",
      outcome: "not_applied",
    });
    expect(cloud.seen.filter((each) => each.startsWith(method))).toHaveLength(1);
  },
);

test.each([
  ["deletion", "DELETE", "error_deleting", (storage: BlockStorage) => storage.volumes.delete(VOLUME_ID)],
  ["growth", "POST", "error_extending", (storage: BlockStorage) => storage.volumes.resize(VOLUME_ID, 2)],
])("a %s that was accepted and is given up ends at the first look", async (_, method, status, change) => {
  const seen = { status: "available" };
  const cloud = await startCloud({
    cinder: holding({ volume: seen }, (key) => {
      if (!key.startsWith(method)) return undefined;
      seen.status = status;
      return ACCEPTED;
    }),
  });
  const began = cloud.clock.now();
  expect(await failureOf(change(cloud.storage))).toMatchObject({
    code: "operation_failed",
    reason: `the provider reports the state ${status}`,
  });
  expect(cloud.clock.now() - began).toBeLessThan(1_000);
  expect(cloud.seen.filter((each) => each.startsWith(method))).toHaveLength(1);
});

test("a deletion that is refused because it is under way is one", async () => {
  let refused = false;
  let left = 2;
  const cloud = await startCloud({
    cinder: ({ method, query }, path) => {
      if (method === "DELETE") {
        refused = true;
        return INVALID;
      }
      if (path.endsWith("/detail")) return { body: { volumes: [], snapshots: [], query: String(query) } };
      if (!refused) return { body: { volume: volume() } };
      return left-- > 0 ? { body: { volume: volume({ status: "deleting" }) } } : undefined;
    },
  });
  await cloud.storage.volumes.delete(VOLUME_ID);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

test("a snapshot is not deleted while a volume is being made from it, and is afterwards", async () => {
  const creating = [volume({ status: "creating", snapshot_id: SNAPSHOT_ID })];
  let looks = 0;
  let gone = false;
  const cinder = holding({ snapshots: [snapshot()] }, (key) => {
    if (key === `DELETE /snapshots/${SNAPSHOT_ID}`) gone = true;
    return key.startsWith("DELETE") ? ACCEPTED : undefined;
  });
  const cloud = await startCloud({
    cinder: (request, path) => {
      if (path === "/volumes/detail") return { body: { volumes: ++looks > 3 ? [] : creating } };
      if (gone && path === `/snapshots/${SNAPSHOT_ID}` && request.method === "GET")
        return refusal(404, "itemNotFound", `Snapshot ${SNAPSHOT_ID} could not be found.`);
      return cinder(request, path);
    },
  });
  await cloud.storage.snapshots.delete(SNAPSHOT_ID);
  expect(looks).toBe(4);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

test("a volume is not deleted while it is being copied", async () => {
  const creating = [volume({ id: "copy", status: "creating", source_volid: VOLUME_ID })];
  const cloud = await startCloud({ cinder: holding({ creating }, () => undefined) });
  const error = await failureOf(cloud.storage.volumes.delete(VOLUME_ID, { timeoutMs: 20_000 }));
  expect(error.reason).toMatch(/volume copy is being made of it/);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toEqual([]);
});

test.each(["volumes", "snapshots"] as const)(
  "what is refused while no read finds it is not called deleted: %s",
  async (kind) => {
    const cloud = await startCloud({
      cinder: holding({ volume: null }, (key) => (key.startsWith("DELETE") ? INVALID : undefined)),
    });
    const error = await failureOf(cloud.storage[kind].delete(VOLUME_ID, { timeoutMs: 60_000 }));
    expect(error).toMatchObject({ outcome: "not_applied", retryable: true });
    expect(error.reason).toContain("it is refused, and then not found: Invalid volume");
  },
);
