import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

/** What a caller's function may do instead of returning. */
const FAILURES: readonly (readonly [string, () => unknown])[] = [
  ["throws", () => throwIt()],
  ["rejects", () => Promise.reject(new Error("the log is full"))],
  // biome-ignore lint/suspicious/noThenProperty: what a broken logger may return
  ["returns something that only looks like a promise", () => ({ then: throwIt })],
];

function throwIt(): never {
  throw new Error("the log is full");
}

function open(onEvent?: () => unknown): BlockStorage {
  const { clock, driver } = openMemory({ names: "free", asynchronous: true });
  return createBlockStorage(driver, { clock, ...(onEvent === undefined ? {} : { onEvent }) });
}

test("onBegun of a create says whether it was there already, once, before the wait", async () => {
  const { volumes, snapshots } = open();
  const told: unknown[] = [];
  const options = {
    onBegun: (begun: object) => void told.push(begun),
    onProgress: () => void told.push("looked"),
  };
  const { id } = await volumes.create({ name: "a", sizeGiB: 8 }, options);
  expect(told.slice(0, 2)).toEqual([{ created: true, id }, "looked"]);
  const snapshot = await snapshots.create({ volumeId: id, name: "s" });
  told.length = 0;
  await volumes.create({ name: "a", sizeGiB: 8 }, options);
  await snapshots.create({ volumeId: id, name: "s" }, options);
  expect(told).toEqual([
    { created: false, id },
    { created: false, id: snapshot.id },
  ]);
});

// A rejection that nobody handles would fail the run of these tests.
describe.each(FAILURES)("a listener that %s", (_, listener) => {
  test("ends nothing: onEvent", async () => {
    const { volumes } = open(listener);
    const { id } = await volumes.create({ name: "a", sizeGiB: 8 });
    expect(await volumes.list().toArray()).toHaveLength(1);
    await volumes.delete(id);
  });

  test("ends nothing: onProgress of creates, changes, deletions and begun creates", async () => {
    const { volumes, snapshots } = open();
    const onProgress = listener as () => void;
    const { id } = await volumes.create({ name: "a", sizeGiB: 8 }, { onProgress, onBegun: onProgress });
    expect(await volumes.resize(id, 16, { onProgress })).toMatchObject({ sizeGiB: 16 });
    const operation = await snapshots.beginCreate({ volumeId: id, name: "s" });
    const snapshot = await operation.wait({ onProgress });
    expect(snapshot.state).toBe("available");
    await volumes.delete(id, { snapshots: "delete", onProgress });
    expect(await volumes.list().toArray()).toEqual([]);
  });
});
