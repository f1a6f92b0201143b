/** What a revert makes sure of before it is sent. */
import { PolyvolError } from "@polyvol/core";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

async function world(listDelayMs = 0) {
  const { clock, account, storage } = openMemory({ listDelayMs });
  const { id } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
  await clock.sleep(listDelayMs);
  return { account, storage, id };
}

test("to a snapshot that was taken just now, and that no listing shows yet", async () => {
  const { account, storage, id } = await world(30_000);
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  expect(await storage.volumes.revert(id, snapshot.id)).toMatchObject({ id, state: "available" });
  expect(account.calls.of("revertVolume")).toBe(1);
});

test("to a snapshot of another volume is refused, whatever shows it", async () => {
  const { account, storage, id } = await world();
  const other = await storage.volumes.create({ name: "other", sizeGiB: 8 });
  const snapshot = await storage.snapshots.create({ volumeId: other.id, name: "s" });
  expect(await failureOf(storage.volumes.revert(id, snapshot.id))).toMatchObject({
    ...{ code: "not_found", outcome: "not_applied" },
    resource: { kind: "snapshot", id: snapshot.id },
  });
  expect(account.calls.of("revertVolume")).toBe(0);
});

test("that cannot be made sure of is not sent, and its outcome is known", async () => {
  const { account, storage, id } = await world();
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  const error = new PolyvolError("unavailable", "503", { retryable: true });
  account.inject({ on: "listSnapshots", effect: "fail", when: "before", error, count: 99 });
  expect(await failureOf(storage.volumes.revert(id, snapshot.id))).toMatchObject({
    ...{ code: "unavailable", outcome: "not_applied" },
  });
  expect(account.calls.of("revertVolume")).toBe(0);
});
