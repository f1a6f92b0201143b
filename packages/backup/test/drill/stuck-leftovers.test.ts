import { PolyvolError } from "@polyvol/core";
import { expect, test } from "vitest";
import { drill, drillEntry, offsite } from "../../src/index.ts";
import { drillName, readName } from "../../src/naming.ts";
import { createOffsiteWorld } from "../offsite/offsite-world.ts";
import { createSeededWorld, VOLUMES } from "../support/seeded.ts";

const [{ id: volumeId } = { id: "" }] = VOLUMES;
const MINUTE = 60_000;

test("leftovers that are stuck hold a drill no longer than one of them would", async () => {
  const world = await createSeededWorld({ scp: { durations: { volumeDelete: 10_000 * MINUTE } } });
  try {
    const clouds = world.open();
    const [snapshot] = await clouds.scp.snapshots.list({ volumeId }).toArray();
    const names = [1, 2, 3, 4].map((ago) => drillName(volumeId, new Date(world.clock.now() - ago * MINUTE)));
    for (const name of names) await clouds.scp.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    const startedAt = world.clock.now();
    const report = await drill({ cloud: "scp", from: { volumeId } }, clouds, { clock: world.clock });
    expect(report.leftovers.map(({ name, outcome, problem }) => [name, outcome, problem?.code])).toEqual(
      expect.arrayContaining(names.map((name) => [name, "failed", "timeout"])),
    );
    // Ten minutes for all that others have left, and ten for its own volume, which is stuck, too.
    expect((world.clock.now() - startedAt) / MINUTE).toBeLessThan(25);
  } finally {
    await world.close();
  }
});

test("one that nobody may remove is reported, and keeps no snapshot from being proved", async () => {
  const world = await createSeededWorld();
  try {
    const { do: cloud } = world.open();
    const [snapshot] = await cloud.snapshots.list({ volumeId }).toArray();
    const name = drillName(volumeId, new Date(world.clock.now() - MINUTE));
    const { id } = await cloud.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    const match = { method: "DELETE", path: `/v2/volumes/${id}` };
    world.emulators.do.faults.add({ kind: "answer", status: 403, match });
    const report = await drill({ cloud: "do", from: { volumeId } }, { do: cloud }, { clock: world.clock });
    expect(report).toMatchObject({
      ok: true,
      leftovers: [{ name, outcome: "failed" }],
      problems: [{ code: "permission_denied", volumeName: name }],
    });
    expect(drillEntry(report).ok).toBe(true);
  } finally {
    await world.close();
  }
});

test("one that is stuck holds a run off-site once, and not at each of its volumes", async () => {
  const here = await createOffsiteWorld("scp");
  try {
    const storage = here.storage();
    const { clock } = here.world;
    const [snapshot] = await storage.snapshots.list({ volumeId }).toArray();
    const name = readName(volumeId, new Date(clock.now()), MINUTE);
    const { id } = await storage.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    await clock.sleep(10 * MINUTE);
    const remove: typeof storage.volumes.delete = async (volume, options) => {
      if (volume !== id) return await storage.volumes.delete(volume, options);
      await clock.sleep(options?.timeoutMs ?? 0, options?.abortSignal);
      throw new PolyvolError("timeout", "it is still there", {
        provider: storage.provider,
        operation: "volumes.delete",
      });
    };
    const stuck = { ...storage, volumes: { ...storage.volumes, delete: remove } };
    const startedAt = clock.now();
    const { serverId, options } = here;
    const report = await offsite(here.policiesWith(), { scp: stuck }, { ...options, serverId });
    expect(report.volumes.map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
    expect(report.problems).toMatchObject([{ code: "timeout", volumeName: name }]);
    expect((clock.now() - startedAt) / MINUTE).toBeLessThan(12);
  } finally {
    await here.close();
  }
});
