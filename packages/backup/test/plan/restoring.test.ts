import { expect, test } from "vitest";
import { parsePolicies, run } from "../../src/index.ts";
import { createEmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
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

test.each([1, 3])(
  "what a restore begins to read while a run is under way stays (%i volumes)",
  async (count) => {
    const world = await createEmulatedWorld("2026-05-05T00:00:00Z", {
      scp: { durations: { volumeCreate: RESTORE_MS } },
    });
    try {
      const { scp } = world.open();
      const names = Array.from({ length: count }, (_, index) => `db-${index}`);
      for (const name of names) await scp.volumes.create({ name, sizeGiB: 8 });
      const policies = parsePolicies({
        nightly: nightly({ select: { name: "db-*" }, retention: { last: 2 }, brakes: { maxShare: 1 } }),
      });
      let oldest = "";
      for (const night of ["06", "07"]) {
        await sleepUntil(world, `2026-05-${night}T03:05:00Z`);
        const { volumes } = await run(policies, { scp }, { clock: world.clock });
        oldest ||= volumes[0]?.created[0]?.snapshotId ?? "";
      }
      await sleepUntil(world, "2026-05-08T03:05:00Z");
      let restored: Promise<unknown> | undefined;
      const report = await run(
        policies,
        { scp },
        {
          clock: world.clock,
          onEvent({ type }) {
            if (type === "creating")
              restored ??= scp.volumes.create({ name: "rescue", sourceSnapshotId: oldest });
          },
        },
      );
      expect(report).toMatchObject({ ok: true, totals: { created: count, deleted: count - 1, left: 0 } });
      expect(report.volumes.flatMap(({ spared }) => spared)).toMatchObject([
        { snapshotId: oldest, reasons: ["being restored from"] },
      ]);
      expect(storedSnapshots(world).map(({ id }) => id)).toContain(oldest);
      expect(await restored).toMatchObject({ state: "available", sourceSnapshotId: oldest });
    } finally {
      await world.close();
    }
  },
);
