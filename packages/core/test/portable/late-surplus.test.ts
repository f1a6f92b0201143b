/** What an earlier request of a create did after the create had ended: known to be its own by the mark, and removed. */
import {
  type BlockStorage,
  createBlockStorage,
  PolyvolError,
  type PolyvolEvent,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { CONTEXT, createNew, openMemory } from "./open-memory.ts";

const KINDS = ["volume", "snapshot"] as const;
type Kind = (typeof KINDS)[number];

/** An account where names may repeat, and both kinds carry the marks that the test says. */
async function world(kind: Kind) {
  const events: PolyvolEvent[] = [];
  const marks = new Map<string, string>();
  const { clock, driver: memory } = openMemory({ names: "free", asynchronous: true });
  let gone: string | undefined;
  const unlessGone = async <T extends { readonly id: string }>(read: Promise<T>): Promise<T> => {
    const found = await read;
    if (found.id === gone) throw new PolyvolError("not_found", "there is none");
    return found;
  };
  const driver: BlockStorageDriver = {
    ...memory,
    attemptIdOf: ({ id }: Volume | Snapshot) => marks.get(id),
    getVolume: (...asked) => unlessGone(memory.getVolume(...asked)),
    getSnapshot: (...asked) => unlessGone(memory.getSnapshot(...asked)),
  };
  const storage: BlockStorage = createBlockStorage(driver, { clock, onEvent: (event) => events.push(event) });
  const { id: volumeId } = await storage.volumes.create({ name: "source", sizeGiB: 8 });
  /** One request that was carried out, some time after the one before. */
  async function carriedOut(mark: string | undefined, tags = {}, laterByMs = 60_000): Promise<string> {
    await clock.sleep(laterByMs);
    const { resource } =
      kind === "volume"
        ? await driver.createVolume({ name: "new", sizeGiB: 8, tags }, CONTEXT)
        : await driver.createSnapshot(
            { name: "new", volumeId, tags, allowAttached: true, attemptId: "x" },
            CONTEXT,
          );
    if (mark !== undefined) marks.set(resource.id, mark);
    await clock.sleep(60_000);
    return resource.id;
  }
  return {
    ...{ storage, carriedOut, events },
    /** From now on listings alone show it. */
    lose: (id: string): void => {
      gone = id;
    },
    create: (): Promise<Volume | Snapshot> => createNew(storage, kind, volumeId),
    ids: async (): Promise<readonly string[]> => {
      const all =
        kind === "volume" ? storage.volumes.list({ name: "new" }) : storage.snapshots.list({ volumeId });
      return (
        await (all as AsyncIterable<{ id: string }> & { toArray(): Promise<{ id: string }[]> }).toArray()
      ).map(({ id }) => id);
    },
  };
}

test.each(KINDS)(
  "%s: the next create of the name keeps the older one and removes what came late",
  async (kind) => {
    const { carriedOut, create, ids, events } = await world(kind);
    const first = await carriedOut("one-create");
    const late = await carriedOut("one-create");
    expect((await create()).id).toBe(first);
    expect(await ids()).toEqual([first]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "recover",
        result: "surplus_removed",
        resource: expect.objectContaining({ id: late }),
      }),
    );
  },
);

test.each(KINDS)(
  "%s: two creates, and creates without a mark, are told apart by nobody: both stay",
  async (kind) => {
    for (const marks of [
      ["one", "another"],
      ["one", undefined],
      [undefined, undefined],
    ]) {
      const { carriedOut, create, ids } = await world(kind);
      for (const mark of marks) await carriedOut(mark);
      expect(await failureOf(create())).toMatchObject({
        code: "conflict",
        reason: expect.stringMatching(/^2 \w+s have/),
      });
      expect(await ids()).toHaveLength(2);
    }
  },
);

test.each(KINDS)(
  "%s: what was made long after with the same mark is a copy, such as a restored backup, and both stay",
  async (kind) => {
    const { carriedOut, create, ids } = await world(kind);
    const first = await carriedOut("one-create");
    const copy = await carriedOut("one-create", {}, 15 * 60_000);
    expect(await failureOf(create())).toMatchObject({
      code: "conflict",
      reason: expect.stringMatching(/^2 \w+s have/),
    });
    expect((await ids()).toSorted()).toEqual([first, copy].toSorted());
  },
);

test.each(KINDS)(
  "%s: what came late stays where a listing alone shows the older one, which may have gone",
  async (kind) => {
    const { carriedOut, create, ids, lose } = await world(kind);
    const first = await carriedOut("one-create");
    const late = await carriedOut("one-create");
    lose(first);
    expect(await failureOf(create())).toMatchObject({
      code: "conflict",
      reason: expect.stringMatching(/^2 \w+s have/),
    });
    expect(await ids()).toContain(late);
  },
);

test("what came late and is used, or held, stays, and all are named", async () => {
  const volumes = await world("volume");
  await volumes.carriedOut("one");
  await volumes.storage.volumes.attach(await volumes.carriedOut("one"), "server-1");
  expect((await failureOf(volumes.create())).code).toBe("conflict");
  const snapshots = await world("snapshot");
  await snapshots.carriedOut("one");
  await snapshots.carriedOut("one", { "polyvol-hold": "" });
  expect((await failureOf(snapshots.create())).code).toBe("conflict");
  expect(await snapshots.ids()).toHaveLength(2);
});
