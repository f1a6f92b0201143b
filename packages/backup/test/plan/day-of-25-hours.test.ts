import { PolyvolError } from "@polyvol/core";
import { afterEach, expect, test } from "vitest";
import { apply, plan, run } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { nameOf, policy, VOLUME } from "../support/nights-of-may.ts";

const HOUR = 3_600_000;
/** In Berlin the clock goes back at 01:00 UTC of this day. */
const BEFORE_CHANGE = Date.parse("2026-10-24T20:00:00Z");
const hourly = policy({
  schedule: { every: "1h", timezone: "Europe/Berlin" },
  retention: { within: "1d" },
});

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** A volume at DigitalOcean, which allows 25 snapshots of one, with one for each of these hours. */
async function ocean(newest: number, hours: number): Promise<EmulatedWorld> {
  world = await createEmulatedWorld(new Date(newest + 5 * 60_000).toISOString());
  world.emulators.do.seed({
    volumes: [{ id: VOLUME, name: "db", region: "nyc3", size_gigabytes: 10 }],
    snapshots: Array.from({ length: hours }, (_, index) => newest - index * HOUR).map((slot) => ({
      name: nameOf(new Date(slot)),
      created_at: new Date(slot + 7_000).toISOString(),
      resource_id: VOLUME,
      region: "nyc3",
      min_disk_size: 10,
      size_gigabytes: 1,
    })),
  });
  return world;
}

test("the day of 25 hours leaves no hour without its snapshot where 25 are allowed", async () => {
  const there = await ocean(BEFORE_CHANGE, 24);
  const clouds = { do: there.open().do };
  for (let hour = 1; hour <= 40; hour += 1) {
    await there.clock.sleep(HOUR);
    const report = await run(hourly, clouds, { clock: there.clock });
    expect(report, `hour ${hour}`).toMatchObject({ ok: true, problems: [], totals: { created: 1 } });
  }
  expect(storedSnapshots(there)).toHaveLength(24);
});

test("what makes room then is what the new snapshot's span does not reach: planned, and applied", async () => {
  // The first hour of the next day but one: the day that is full has 25 hours.
  const newest = Date.parse("2026-10-25T20:00:00Z");
  const there = await ocean(newest, 25);
  const clouds = { do: there.open().do };
  await there.clock.sleep(HOUR);
  const made = await plan(hourly, clouds, new Date(there.clock.now()));
  expect(made.problems).toEqual([]);
  const [planned] = made.volumes;
  expect(planned?.delete.map(({ slot, first }) => [slot, first])).toEqual([
    ["2026-10-24T20:00:00.000Z", true],
  ]);
  const report = await apply(JSON.parse(JSON.stringify(made)), hourly, clouds, { clock: there.clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 1, left: 0 } });
});

test("an account that is full costs nothing, however long: spans reach back from what is there", async () => {
  const there = await ocean(BEFORE_CHANGE, 24);
  const { do: cloud } = there.open();
  const create: typeof cloud.snapshots.create = () =>
    Promise.reject(
      new PolyvolError("resource_exhausted", "the account is full", {
        provider: cloud.provider,
        operation: "snapshots.create",
        outcome: "not_applied",
      }),
    );
  const clouds = { do: { ...cloud, snapshots: { ...cloud.snapshots, create } } };
  for (let hour = 1; hour <= 3; hour += 1) {
    await there.clock.sleep(HOUR);
    const report = await run(hourly, clouds, { clock: there.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 0, deleted: 0 } });
  }
  expect(storedSnapshots(there)).toHaveLength(24);
});

test("what a new snapshot's span does not reach goes for that one alone", async () => {
  const newest = Date.parse("2026-10-25T20:00:00Z");
  const there = await ocean(newest, 25);
  const { do: cloud } = there.open();
  const create: typeof cloud.snapshots.create = () => cloud.snapshots.get("no-such-snapshot");
  const clouds = { do: { ...cloud, snapshots: { ...cloud.snapshots, create } } };
  for (let hour = 1; hour <= 3; hour += 1) {
    await there.clock.sleep(HOUR);
    const report = await run(hourly, clouds, { clock: there.clock });
    expect(report.totals).toMatchObject({ created: 0, deleted: hour === 1 ? 1 : 0 });
  }
  expect(storedSnapshots(there)).toHaveLength(24);
});
