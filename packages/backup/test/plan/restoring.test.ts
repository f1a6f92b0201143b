import { expect, test } from "vitest";
import { parsePolicies, run } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const RESTORE_MS = 600_000;

test.each(["state", "record"] as const)(
  "what a volume is being made of stays, also where only the volume shows it (%s)",
  async (mode) => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z", {
      do: {
        mode,
        asynchronous: { createVolumeMs: RESTORE_MS, createSnapshotMs: 1_000, deleteSnapshotMs: 1_000 },
      },
    });
    const { do: cloud } = world.open();
    const { db = "" } = await makeVolumes(cloud, ["db"]);
    const [oldest = ""] = await takeNights(world, cloud, db, ["2026-05-06", "2026-05-07"]);
    await sleepUntil(world, "2026-05-08T03:05:00Z");
    const restored = cloud.volumes.create({ name: "restored", sourceSnapshotId: oldest });
    await world.clock.sleep(1_000);
    const policies = parsePolicies({
      nightly: nightly({ select: { name: "db" }, retention: { last: 1 }, brakes: { maxShare: 1 } }),
    });
    const report = await run(policies, { do: cloud }, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 1, left: 0 } });
    const kept = report.plan.volumes[0]?.keep.find(({ snapshotId }) => snapshotId === oldest);
    expect(kept?.reasons).toEqual(["being restored from"]);
    expect(await restored).toMatchObject({ state: "available" });
  },
);
