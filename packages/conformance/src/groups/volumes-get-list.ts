import { expect } from "vitest";
import { idsOf, refuses } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { SOME_TAGS } from "./exercises.ts";

/** Cases 22 to 25 and 32. */
export function volumeReadCases(suite: Suite): void {
  suite.test("22. Get gives the same identity, size, region and times as create", [], async (bench) => {
    const made = await bench.volume();
    const read = await bench.storage.volumes.get(made.id);
    expect(read).toMatchObject({
      id: made.id,
      name: made.name,
      provider: bench.driver.provider,
      region: made.region,
      sizeGiB: made.sizeGiB,
      createdAt: made.createdAt,
    });
    const found = await bench.storage.volumes.find({ name: made.name });
    expect(found?.id).toBe(made.id);
  });

  suite.test("22. Get gives the same tags as create", ["volumes.tags", "volumes.readTags"], async (bench) => {
    const made = await bench.volume({ tags: SOME_TAGS });
    expect(made.tags).toEqual(SOME_TAGS);
    expect((await bench.storage.volumes.get(made.id)).tags).toEqual(SOME_TAGS);
  });

  suite.test("23. Get of an unknown id: not_found", [], async (bench) => {
    const { missingVolume } = bench.harness.ids;
    const error = await refuses(() => bench.storage.volumes.get(missingVolume), "not_found");
    expect(error.resource).toMatchObject({ kind: "volume", id: missingVolume });
    expect(await bench.storage.volumes.find({ name: bench.volumeName() })).toBeUndefined();
  });

  suite.test("23. Get of a malformed id never becomes a server error", [], async (bench) => {
    const { malformed } = bench.harness.ids;
    expect(malformed.length, "malformed ids of the harness").toBeGreaterThan(0);
    for (const id of malformed) {
      await refuses(() => bench.storage.volumes.get(id), "not_found", "invalid_argument");
      await refuses(() => bench.storage.snapshots.get(id), "not_found", "invalid_argument");
    }
  });

  suite.test("24. A new volume is in the list, a deleted one is not", [], async (bench) => {
    const { volumes } = bench.storage;
    const kept = await bench.volume();
    const deleted = await bench.volume();
    expect(idsOf(await volumes.list().toArray())).toEqual(idsOf([kept, deleted]));
    await volumes.delete(deleted.id);
    expect(idsOf(await volumes.list().toArray())).toEqual([kept.id]);
  });

  suite.test("25. Listing nothing gives nothing", [], async (bench) => {
    const { volumes, snapshots } = bench.storage;
    expect(await volumes.list().toArray()).toEqual([]);
    expect(await snapshots.list().toArray()).toEqual([]);
    for await (const page of volumes.list().byPage()) expect(page.items).toEqual([]);
  });

  suite.test("32. A filter by name equals filtering the full list", [], async (bench) => {
    const { volumes } = bench.storage;
    const { name } = await bench.volume();
    await bench.volume();
    const wanted = (await volumes.list().toArray()).filter((each) => each.name === name);
    expect(wanted).toHaveLength(1);
    expect(await volumes.list({ name }).toArray()).toEqual(wanted);
    expect(await volumes.list({ name: bench.volumeName() }).toArray()).toEqual([]);
  });

  suite.test("32. A filter by region equals filtering the full list", [], async (bench) => {
    const { volumes } = bench.storage;
    const { regions } = bench.harness.ids;
    for (const region of regions) await bench.volume({ region });
    const all = await volumes.list().toArray();
    for (const region of regions) {
      const wanted = all.filter((each) => each.region === region);
      expect(wanted).toHaveLength(1);
      expect(await volumes.list({ region }).toArray()).toEqual(wanted);
    }
    expect(await volumes.list({ region: "kit-nowhere" }).toArray()).toEqual([]);
  });

  suite.test(
    "32. A filter by tag equals filtering the full list",
    ["volumes.tags", "volumes.readTags"],
    async (bench) => {
      const { volumes } = bench.storage;
      const tagged = await bench.volume({ tags: { ...SOME_TAGS, number: "1" } });
      await bench.volume({ tags: { purpose: "other" } });
      await bench.volume();
      expect(idsOf(await volumes.list({ tags: SOME_TAGS }).toArray())).toEqual([tagged.id]);
      expect(await volumes.list({ tags: { ...SOME_TAGS, number: "2" } }).toArray()).toEqual([]);
    },
  );
}
