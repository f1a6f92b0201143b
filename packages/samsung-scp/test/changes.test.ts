/** Changes that the service refuses or gives up, and what is left then. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { emulated, SERVER } from "./emulated.ts";

const VOLUME = "11111111-1111-4111-8111-111111111111";

describe("a volume that the service holds in use without a server", () => {
  const seed = {
    volumes: [{ id: VOLUME, name: "db", state: "in-use" as const }],
    snapshots: [
      { volume_id: VOLUME, name: "monday" },
      { volume_id: VOLUME, name: "tuesday" },
    ],
  };

  test("keeps its snapshots when it cannot be deleted, and nothing is sent", async () => {
    const { emulator, storage, sent } = await emulated();
    emulator.seed(seed);
    const error = await failureOf(storage.volumes.delete(VOLUME, { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.resource).toEqual({ kind: "volume", id: VOLUME, name: "db" });
    expect(error.reason).toContain("in the state in-use, though no server is named");
    expect(sent().filter(({ line }) => line.startsWith("DELETE"))).toEqual([]);
    expect(await storage.snapshots.list({ volumeId: VOLUME }).toArray()).toHaveLength(2);
  });

  test("is asked to be detached: which server it is, only the service knows", async () => {
    const { emulator, storage, sent } = await emulated();
    emulator.seed(seed);
    const error = await failureOf(storage.volumes.detach(VOLUME, SERVER));
    expect(error).toMatchObject({ outcome: "not_applied" });
    expect(["not_found", "failed_precondition"]).toContain(error.code);
    const request = `DELETE /v1/volumes/${VOLUME}/servers/${SERVER}`;
    expect(sent().filter(({ line }) => line === request)).toHaveLength(1);
    emulator.faults.add({ kind: "answer", when: "before", status: 202, match: { method: "DELETE" } });
    const detached = storage.volumes.detach(VOLUME, SERVER);
    const shown = { kind: "wrong-json", at: "state", value: "available", skip: 1 } as const;
    emulator.faults.add({ ...shown, match: { method: "GET", path: `/v1/volumes/${VOLUME}` } });
    expect((await detached).state).toBe("available");
  });

  test("is in use for allowAttached: false and for a revert", async () => {
    const { emulator, storage, sent } = await emulated();
    emulator.seed(seed);
    const [latest] = (await storage.snapshots.list({ volumeId: VOLUME }).toArray()).toReversed();
    sent();
    for (const work of [
      () => storage.snapshots.create({ volumeId: VOLUME, name: "s", allowAttached: false }),
      () => storage.volumes.revert(VOLUME, latest?.id ?? ""),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    }
    expect(sent().filter(({ line }) => !line.startsWith("GET"))).toEqual([]);
  });
});

test("a volume in a state from which the service deletes none keeps its snapshots", async () => {
  const { emulator, storage } = await emulated();
  emulator.seed({
    volumes: [{ id: VOLUME, name: "db", state: "error_deleting" }],
    snapshots: [{ volume_id: VOLUME, name: "monday" }],
  });
  const error = await failureOf(storage.volumes.delete(VOLUME, { snapshots: "delete" }));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
  expect(error.reason).toBe(
    "it is in the state error_deleting, from which the service deletes no volume; nothing is deleted",
  );
  expect(emulator.log.entries().filter(({ method }) => method === "DELETE")).toEqual([]);
  expect(emulator.inventory().snapshots).toMatchObject([{ name: "monday", ready: true }]);
});

describe("attach and detach when the service says that there is nothing to do it with", () => {
  const GONE = "33333333-3333-4333-8333-333333333333";

  test("an unknown server is what is not found, not the volume", async () => {
    const { emulator, storage } = await emulated();
    emulator.seed({ volumes: [{ id: VOLUME, name: "db" }] });
    const error = await failureOf(storage.volumes.attach(VOLUME, GONE));
    expect(error).toMatchObject({ code: "not_found", outcome: "not_applied" });
    expect(error.resource).toEqual({ kind: "server", id: GONE });
    expect(error.reason).toContain(`no server ${GONE} to attach volume "db" (${VOLUME}) to`);
  });

  test.each([
    ["soon names it no more", 5_000],
    ["goes on naming it", undefined],
  ])("the server is gone, and the volume's record %s", async (_, forMs) => {
    const { emulator, storage, clock } = await emulated();
    emulator.seed({ volumes: [{ id: VOLUME, name: "db", server_ids: [SERVER] }] });
    await clock.sleep(60_000);
    const missing = {
      status: 404,
      code: "NotFound",
      title: "NotFound",
      detail: `There is no server ${SERVER}.`,
    };
    const match = { method: "DELETE", path: `/v1/volumes/${VOLUME}/servers/${SERVER}` };
    const body = { errors: [{ ...missing, request_id: "req-1" }] };
    emulator.faults.add({
      ...{ kind: "answer", when: forMs === undefined ? "before" : "after", status: 404, body, match },
    });
    if (forMs !== undefined) emulator.faults.add({ kind: "stale-read", ms: forMs });
    const before = clock.now();
    const work = storage.volumes.detach(VOLUME, SERVER);
    if (forMs === undefined) {
      const error = await failureOf(work);
      expect(error).toMatchObject({ code: "not_found", resource: { kind: "server", id: SERVER } });
      expect(error.reason).toContain("though the volume's record still names it");
    } else expect((await work).attachments).toEqual([]);
    expect(clock.now() - before).toBeLessThan(120_000);
  });

  test("a volume that goes meanwhile is what is not found", async () => {
    const { emulator, storage } = await emulated();
    emulator.seed({ volumes: [{ id: VOLUME, name: "db" }] });
    const work = storage.volumes.attach(VOLUME, GONE);
    const gone = { errors: [{ status: 404, code: "NotFound", title: "NotFound", detail: "No volume." }] };
    const path = `/v1/volumes/${VOLUME}`;
    emulator.faults.add({
      ...{ kind: "answer", when: "before", status: 404, body: gone, skip: 1, match: { method: "GET", path } },
    });
    expect((await failureOf(work)).resource).toMatchObject({ kind: "volume", id: VOLUME });
  });
});

describe.each(["volume", "snapshot"] as const)(
  "the deletion of a %s that was begun without an answer",
  (kind) => {
    test("is refused when it is sent again, and reads of before it do not make it fail", async () => {
      const { emulator, storage } = await emulated();
      const seed = { volumes: [{ id: VOLUME, name: "db" }] };
      emulator.seed(kind === "volume" ? seed : { ...seed, snapshots: [{ volume_id: VOLUME, name: "s" }] });
      const id = (await storage.snapshots.list().toArray())[0]?.id ?? VOLUME;
      emulator.faults.add({ kind: "cut-after", count: 1, match: { method: "DELETE" } });
      emulator.faults.add({ kind: "stale-read", ms: 1_500, match: { path: `/v1/${kind}s/${id}` }, skip: 1 });
      await storage[`${kind}s`].delete(id);
      expect(await storage[`${kind}s`].list().toArray()).toEqual([]);
    });
  },
);

describe("creates that the service accepts and does not carry out", () => {
  test("nine of one evening do not fill a quota of ten", async () => {
    const { emulator, storage } = await emulated({
      emulator: { failures: [{ work: "createSnapshot", count: 9 }], quotas: { snapshots: 10 } },
    });
    emulator.seed({ volumes: [{ id: VOLUME, name: "db" }] });
    const create = (name: string) => storage.snapshots.create({ volumeId: VOLUME, name });
    for (let round = 1; round <= 9; round += 1) {
      const error = await failureOf(create("nightly"));
      expect(error).toMatchObject({ code: "operation_failed", resource: { kind: "snapshot" } });
    }
    for (let night = 1; night <= 10; night += 1) await create(`night-${night}`);
    expect(await failureOf(create("night-11"))).toMatchObject({ code: "resource_exhausted" });
  });

  test("volumes, too; one that an earlier process left failed is named, and no other goes beside it", async () => {
    const { emulator, storage, sent } = await emulated({
      emulator: { failures: [{ work: "createVolume", count: 5 }] },
    });
    for (let round = 1; round <= 5; round += 1) {
      const error = await failureOf(storage.volumes.create({ name: "db", sizeGiB: 8 }));
      expect(error).toMatchObject({ code: "operation_failed" });
    }
    expect(await storage.volumes.list().toArray()).toEqual([]);
    emulator.seed({ volumes: [{ id: VOLUME, name: "db", state: "error" }] });
    sent();
    const error = await failureOf(storage.volumes.create({ name: "db", sizeGiB: 8 }));
    expect(error).toMatchObject({ code: "conflict", outcome: "not_applied", retryable: false });
    expect(error.reason).toContain(`${VOLUME} (error)`);
    expect(sent().filter(({ line }) => !line.startsWith("GET"))).toEqual([]);
  });
});
