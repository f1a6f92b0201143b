/** `inTurn` of a call's options: each request waits for its turn, and none for the end of another of the same call. */
import type { BlockStorage, RequestTurn } from "@polyvol/core";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

/** One place: a request begins when the one before it has ended. */
function onePlace(): RequestTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const result = last.then(request);
    last = result.catch(() => undefined);
    return result;
  };
}

async function life({ volumes, snapshots }: BlockStorage): Promise<void> {
  const options = { inTurn: onePlace() };
  const { id } = await volumes.create({ name: "a", sizeGiB: 8 }, options);
  await volumes.attach(id, "server-1", options);
  await volumes.detach(id, "server-1", options);
  const snapshot = await snapshots.create({ volumeId: id, name: "s", allowAttached: false }, options);
  await snapshots.update(snapshot.id, { name: "t" }, options);
  await volumes.revert(id, snapshot.id, options);
  await volumes.resize(id, 16, options);
  await volumes.rename(id, "b", options);
  const copy = await volumes.create({ name: "c", sourceSnapshotId: snapshot.id }, options);
  await volumes.find({ name: "b" }, options);
  await volumes.list({}, options).toArray();
  await volumes.delete(copy.id, options);
  await volumes.delete(id, { ...options, snapshots: "delete" });
}

test.each<[string, MemoryAccountOptions]>([
  ["names enforced, done when answered", { names: "enforced" }],
  ["names free, followed by looks", { names: "free", asynchronous: true }],
  ["names free, followed by records", { names: "free", mode: "record" }],
])("every call gets on with one place for its requests: %s", async (_, options) => {
  const { account, storage } = openMemory(options);
  await life(storage);
  expect(account.dump()).toEqual({ volumes: [], snapshots: [] });
});

test("a turn that is refused has sent nothing, and the error says so", async () => {
  const { account, storage } = openMemory({ names: "enforced" });
  const inTurn: RequestTurn = () => Promise.reject(new Error("the queue is closed"));
  const error = await failureOf(storage.volumes.create({ name: "a", sizeGiB: 8 }, { inTurn }));
  expect(error).toMatchObject({ code: "unknown", outcome: "not_applied", reason: "the queue is closed" });
  expect(account.calls.total).toBe(0);
});
