import type { Snapshot } from "@polyvol/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { audit, parsePolicies, run, snapshotName, status } from "../../src/index.ts";
import type { ObservedSnapshot } from "../../src/observe/inventory.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { ownedBy } from "../../src/policy/owned.ts";
import { ownMarks } from "../support/marks.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test("of the hours before a policy became a nightly one, the newest is never deleted, and none is taken for another", async () => {
  const world = createMemoryWorld("2026-05-07T22:00:00Z");
  const clouds = { do: world.open().do };
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  const ids: string[] = [];
  for (const hour of ["00", "01", "02"]) {
    const slot = new Date(`2026-05-08T${hour}:00:00Z`);
    await sleepUntil(world, slot.toISOString());
    const name = snapshotName("polyvol", "nightly", db, slot);
    ids.push((await clouds.do.snapshots.create({ volumeId: db, name, ...ownMarks("nightly") })).id);
  }
  // Three in the morning there is 01:00 here, and an hour later in winter.
  const schedule = { cron: "0 3 * * *", timezone: "Europe/Berlin" };
  const policies = parsePolicies({ nightly: nightly({ schedule, retention: { daily: 2 } }) });
  await sleepUntil(world, "2026-05-08T02:10:00Z");
  const report = await run(policies, clouds, { clock: world.clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 0, deleted: 1 } });
  expect((await clouds.do.snapshots.list({ volumeId: db }).toArray()).map(({ id }) => id).sort()).toEqual([
    ids[0],
    ids[2],
  ]);
  expect((await status(policies, clouds, new Date(world.clock.now()))).volumes).toMatchObject([
    { freshness: "fresh", newest: { snapshotId: ids[2] } },
  ]);
  expect((await audit(policies, clouds)).findings).toEqual([]);
});

test("whatever the schedule was, two never count as one slot, and none as older than the one before it", () => {
  const zones = ["Europe/Berlin", "Australia/Lord_Howe", "America/Vancouver", "Africa/Casablanca", "UTC"];
  const crons = ["0 3 * * *", "0 2,4 * * *", "30 0 * * *", "0 * * * *", "15 1,13 * * *"];
  const tens = fc.uniqueArray(fc.nat(4 * 24 * 6 - 1), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...crons),
      fc.nat(364),
      tens,
      (timezone, cron, day, places) => {
        const policies = parsePolicies({ nightly: nightly({ schedule: { cron, timezone } }) });
        const start = Date.parse("2026-01-01T00:00:00Z") + day * DAY;
        const taken = places.toSorted((a, b) => a - b).map((place) => takenFor(start + place * 10 * MINUTE));
        const counted = policies
          .flatMap((policy) => ownedBy(policy, taken))
          .map(({ backupName }) => backupName?.slot.getTime() ?? 0);
        expect(counted).toEqual([...new Set(counted)].sort((a, b) => a - b));
      },
    ),
    { seed: 6, numRuns: 200 },
  );
});

function takenFor(slot: number): ObservedSnapshot {
  const name = snapshotName("polyvol", "nightly", "v", new Date(slot));
  return observeSnapshot({
    id: name,
    name,
    volumeId: "v",
    createdAt: new Date(slot),
    state: "available",
    tags: {},
  } as unknown as Snapshot);
}
