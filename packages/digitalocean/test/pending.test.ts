import { describe, expect, test } from "vitest";
import { requireNumber, requireVolumeId, requireVolumeSnapshotId } from "../src/ids.ts";
import { toActionRef, toChanged, toPendingStatus } from "../src/pending.ts";
import { actionAnswer, type WireAction } from "../src/wire.ts";

const running: WireAction = {
  id: 2314000001,
  status: "in-progress",
  type: "resize_volume",
  completed_at: null,
};

describe("what an action says", () => {
  const statuses: readonly (readonly [Partial<WireAction>, string])[] = [
    [{ status: "in-progress" }, "running"],
    [{ status: "completed", completed_at: "2026-07-14T09:00:00Z" }, "succeeded"],
    [{ status: "done" }, "succeeded"],
    [{ status: "errored", completed_at: "2026-07-14T09:00:00Z" }, "failed"],
    [{ status: "queued" }, "running"],
    [{ status: "finished", completed_at: "2026-07-14T09:00:00Z" }, "succeeded"],
  ];
  test.each(statuses)("%j", (part, state) => {
    expect(toPendingStatus({ ...running, ...part }).state).toBe(state);
  });

  test("a word that is not known is shown", () => {
    expect(toPendingStatus({ ...running, status: "queued" })).toEqual({ state: "running", seen: "queued" });
  });
});

describe("following an action", () => {
  test("what was noted is found again", () => {
    const { pending } = toChanged(running, "0f6d2b8a-7c1e");
    expect(pending && toActionRef(JSON.parse(JSON.stringify(pending)))).toEqual({
      volumeId: "0f6d2b8a-7c1e",
      actionId: 2314000001,
    });
    // As it was stored by an earlier version.
    const token = "0f6d2b8a-7c1e/2314000001/1784019600000";
    expect(toActionRef({ kind: "action", token }).actionId).toBe(2314000001);
  });

  test("one that is over needs no following, one that failed does", () => {
    expect(toChanged({ ...running, status: "completed" }, "ab")).toEqual({ settled: true });
    expect(toChanged({ ...running, status: "errored" }, "ab").pending).toBeDefined();
  });

  test.each(["", "ab", "ab/", "ab/x", "ab/x/1", "../1/1", "ab/1/1/1"])("token %j is refused", (token) => {
    expect(() => toActionRef({ kind: "action", token })).toThrow(/invalid_argument/);
  });

  test("another kind is refused", () => {
    expect(() => toActionRef({ kind: "job", token: "ab/1/1" })).toThrow(/invalid_argument/);
  });

  test("an id that has lost digits is refused", () => {
    const action = JSON.parse(`{"id":9007199254740993,"status":"completed","type":"attach_volume"}`);
    expect(() => actionAnswer.parse({ action })).toThrow();
    expect(actionAnswer.parse({ action: { ...action, id: 9007199254740991 } }).action.id).toBe(2 ** 53 - 1);
  });
});

describe("ids", () => {
  test.each(["actions", "a/b", "..", "", "ab\n", "%2e"])("no volume has the id %j", (id) => {
    expect(() => requireVolumeId(id)).toThrow(/not_found/);
  });

  test.each(["73920155", "a/b", "x"])("no volume snapshot has the id %j", (id) => {
    expect(() => requireVolumeSnapshotId(id)).toThrow(/not_found/);
  });

  test.each(["0", "0123", "-1", "1.5", "1e3", "web-1", "", "9007199254740992", "12345678901234567"])(
    "no Droplet has the id %j",
    (id) => {
      expect(() => requireNumber("Droplet", id)).toThrow(/not_found/);
    },
  );

  test("real ones pass", () => {
    expect(requireVolumeId("0F6d2b8a-7c1e-11f0-8a2b-0a58ac140001")).toBeTruthy();
    expect(requireVolumeSnapshotId("0f6d2b8a-7c1e-11f0-8a2b-0a58ac140001")).toBeTruthy();
    expect(requireNumber("Droplet", "314159265")).toBe(314159265);
  });
});
