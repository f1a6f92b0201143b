/** Bytes: what was in a volume when its snapshot was taken is what comes back, compared on the server's own files. */
import { statSync } from "node:fs";
import { drill, parsePolicies, restore, run } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { report } from "../../src/report.ts";
import { openCloud } from "../src/cloud.ts";
import { GIB, hashOf, isBlankFrom, scribble } from "../src/data.ts";
import { readServer } from "../src/server.ts";

const POLICIES = parsePolicies({
  hourly: {
    select: { name: "data" },
    schedule: { cron: "0 * * * *", timezone: "UTC" },
    retention: { daily: 7 },
  },
});

describe.skipIf(readServer() === undefined)("data on a real Cinder", () => {
  test("comes back from a snapshot into a larger volume, by a revert, and in a drill", async () => {
    const { storage: open, fileOf, holds } = await openCloud();
    const storage = open();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 1 });
    scribble(fileOf("volume", id));
    const written = await hashOf(fileOf("volume", id));

    const ran = await run(POLICIES, { real: storage });
    expect(ran.problems).toEqual([]);
    const [snapshot] = holds().snapshots;
    scribble(fileOf("volume", id));
    const hashes: Record<string, string> = {
      "volume, written over since": await hashOf(fileOf("volume", id)),
      "snapshot by a policy": await hashOf(fileOf("snapshot", snapshot?.id ?? "")),
    };

    const restored = await restore(
      { cloud: "real", from: { volumeId: id }, newName: "restored", sizeGiB: 2 },
      { real: storage },
    );
    const restoredFile = fileOf("volume", restored.volume.id);
    expect(statSync(restoredFile).size).toBe(2 * GIB);
    hashes["restored to 2 GiB, first half"] = await hashOf(restoredFile);
    expect(await isBlankFrom(restoredFile, GIB), "second half").toBe(true);

    let drilled: string | undefined;
    const watched = beforeDelete(storage, async (volumeId) => {
      drilled = await hashOf(fileOf("volume", volumeId));
    });
    const proof = await drill({ cloud: "real", from: { volumeId: id } }, { real: watched });
    expect(proof).toMatchObject({ ok: true, snapshotId: snapshot?.id, problems: [] });
    hashes["volume of the drill"] = drilled ?? "none";

    await storage.volumes.revert(id, snapshot?.id ?? "");
    hashes["volume after the revert"] = await hashOf(fileOf("volume", id));

    expect(holds().volumes.map(({ name }) => name)).toEqual(["data", "restored"]);
    const { "volume, written over since": other, ...same } = hashes;
    report({
      id: "cinder-3-bytes",
      promise: "data",
      what: "data of 1 GiB: snapshot by a policy, restored to 2 GiB, drilled, reverted to",
      figures: { "hashes compared": Object.keys(same).length, differing: differing(same, written) },
      bar: "differing 0",
    });
    expect(other).not.toBe(written);
    expect(same).toEqual(Object.fromEntries(Object.keys(same).map((place) => [place, written])));
  });
});

function differing(hashes: Readonly<Record<string, string>>, wanted: string): number {
  return Object.values(hashes).filter((hash) => hash !== wanted).length;
}

/** The same storage, which does something before it deletes a volume. */
function beforeDelete(storage: BlockStorage, task: (volumeId: string) => Promise<void>): BlockStorage {
  const { volumes } = storage;
  return {
    ...storage,
    volumes: {
      ...volumes,
      delete: async (id, options) => {
        await task(id);
        await volumes.delete(id, options);
      },
    },
  };
}
