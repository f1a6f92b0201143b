import type { BlockStorage } from "@polyvol/core";
import { createMemoryStorage } from "@polyvol/memory";
import { expect, test } from "vitest";
import {
  apply,
  backupReport,
  type DayState,
  drill,
  drillEntry,
  type Policy,
  parsePolicies,
  plan,
  type ReportOptions,
  run,
  runEntry,
  shardOf,
  snapshotName,
} from "../../src/index.ts";
import { ownMarks } from "../support/marks.ts";
import { makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { opened, POLICIES, playNights } from "../support/played.ts";
import { nightly } from "../support/shapes.ts";

const GRACE_MS = 3_600_000;

/** The key of an account that is in this shard of two. */
const keyIn = (index: number): string => [..."abcdefghijkl"].find((key) => shardOf(key, 2) === index) ?? "";

/** An account with one snapshot of the policy, of 4 May, that has these tags besides its own. */
async function madeWithTags(more: Readonly<Record<string, string>>): Promise<BlockStorage> {
  const { world, storage } = opened("2026-05-03T12:00:00Z");
  const { db: volumeId = "" } = await makeVolumes(storage, ["db"]);
  const slot = new Date("2026-05-04T03:00:00Z");
  await sleepUntil(world, slot.toISOString());
  const { tags, description } = ownMarks("nightly");
  const name = snapshotName("polyvol", "nightly", volumeId, slot);
  await storage.snapshots.create({ volumeId, name, description, tags: { ...tags, ...more } });
  return storage;
}

async function lastDays(
  storage: BlockStorage,
  now: string,
  options: ReportOptions = {},
  policies: readonly Policy[] = POLICIES,
): Promise<readonly (readonly DayState[])[]> {
  const { volumes } = await backupReport(policies, { do: storage }, new Date(now), { days: 7, ...options });
  return volumes.map((volume) => volume.policies[0]?.days.map(({ state }) => state) ?? []);
}

const nights = ["02", "03", "04", "05", "06", "07", "08"].map((day) => `2026-05-${day}`);

test("without a record, says what the cloud proves, and no more", async () => {
  const { world, storage } = opened();
  await makeVolumes(storage, ["db"]);
  await playNights(world, storage, nights);
  expect(await lastDays(storage, "2026-05-08T04:00:00Z")).toEqual([
    ["unknown", "unknown", "unknown", "unknown", "made", "made", "made"],
  ]);
});

test("with a record, tells what was pruned as planned", async () => {
  const { world, storage } = opened();
  await makeVolumes(storage, ["db"]);
  const entries = await playNights(world, storage, nights);
  expect(await lastDays(storage, "2026-05-08T04:00:00Z", { record: { entries, aside: [] } })).toEqual([
    ["pruned", "pruned", "pruned", "pruned", "made", "made", "made"],
  ]);
});

test("a record that held drills alone before its first run says nothing of the runs before", async () => {
  const { world, storage } = opened();
  const { db: volumeId = "" } = await makeVolumes(storage, ["db"]);
  await playNights(world, storage, nights.slice(0, 1));
  const clouds = { do: storage };
  const drilled = drillEntry(
    await drill({ cloud: "do", from: { volumeId } }, clouds, { clock: world.clock }),
  );
  await playNights(world, storage, nights.slice(1, 5));
  expect(
    await lastDays(storage, "2026-05-06T04:00:00Z", { record: { entries: [drilled], aside: [] } }),
  ).toEqual([["before", "before", "unknown", "unknown", "made", "made", "made"]]);
  const runs = await playNights(world, storage, nights.slice(5));
  const record = { entries: [drilled, ...runs], aside: [] };
  expect(await lastDays(storage, "2026-05-08T04:00:00Z", { record })).toEqual([
    ["unknown", "unknown", "pruned", "pruned", "made", "made", "made"],
  ]);
});

test("a plan that only prunes is no run that could have made a snapshot, once it is applied", async () => {
  const { world, storage } = opened();
  await makeVolumes(storage, ["db"]);
  const before = await playNights(world, storage, nights.slice(0, 2));
  await sleepUntil(world, "2026-05-04T03:10:00Z");
  const made = await plan(POLICIES, { do: storage }, new Date(world.clock.now()), { pruneOnly: true });
  const pruned = await apply(made, POLICIES, { do: storage }, { clock: world.clock });
  const entry = runEntry(pruned, { command: "apply", policies: POLICIES });
  const after = await playNights(world, storage, nights.slice(3));
  const record = { entries: [...before, entry, ...after], aside: [] };
  expect(await lastDays(storage, "2026-05-08T04:00:00Z", { record })).toEqual([
    ["pruned", "pruned", "missed", "pruned", "made", "made", "made"],
  ]);
});

test("late, held, missed, overdue, due, and before there was a volume", async () => {
  const { world, storage } = opened("2026-05-03T12:00:00Z");
  const { db = "" } = await makeVolumes(storage, ["db"]);
  await takeNights(world, storage, db, ["2026-05-04"]);
  await sleepUntil(world, "2026-05-05T09:00:00Z");
  await run(POLICIES, { do: storage }, { clock: world.clock });
  // The night of the sixth was missed; the rules would keep it.
  await playNights(world, storage, ["2026-05-07"]);
  const days = ["none", "before", "made", "late", "missed", "made"];
  expect(await lastDays(storage, "2026-05-08T03:30:00Z", { days: 6 })).toEqual([
    ["before", "made", "late", "missed", "made", "due"],
  ]);
  expect(await lastDays(storage, "2026-05-08T04:00:01Z", { days: 6 })).toEqual([
    ["before", "made", "late", "missed", "made", "overdue"],
  ]);
  expect(await lastDays(storage, "2026-05-08T02:00:00Z", { days: 7 })).toEqual([
    ["before", ...days.slice(1), "none"],
  ]);
  expect((await lastDays(storage, "2026-05-05T10:00:00Z", { days: 1, graceMs: 8 * GRACE_MS }))[0]).toEqual([
    "made",
  ]);
});

test("what a hold keeps is held", async () => {
  const storage = await madeWithTags({ "polyvol-hold": "" });
  expect(await lastDays(storage, "2026-05-04T12:00:00Z", { days: 1 })).toEqual([["held"]]);
  const { volumes } = await backupReport(POLICIES, { do: storage }, new Date("2026-05-04T12:00:00Z"));
  expect(volumes[0]?.snapshots).toMatchObject([{ held: true, goes: { when: "never", why: "held" } }]);
});

test("what tags keep stays as long as it has them, one tag or several together", async () => {
  const storage = await madeWithTags({ gold: "", audit: "2026" });
  const goesBy = async (...keepTags: readonly (readonly string[])[]): Promise<unknown> => {
    const policies = parsePolicies({
      nightly: {
        select: { name: "*" },
        schedule: { cron: "0 3 * * *", timezone: "UTC" },
        retention: { last: 1, keepTags },
      },
    });
    const { volumes } = await backupReport(policies, { do: storage }, new Date("2026-05-04T12:00:00Z"));
    return volumes[0]?.snapshots[0]?.goes;
  };
  const stays = { when: "never", why: "tagged" };
  expect(await goesBy(["gold"])).toEqual(stays);
  expect(await goesBy(["gold", "audit:2026"])).toEqual(stays);
  expect(await goesBy(["gold", "audit:2025"])).toMatchObject({ when: "at" });
});

test("what a run tried in vain has failed, with the code; a cloud that it did not see, too", async () => {
  const { world, storage } = opened();
  await makeVolumes(storage, ["db"]);
  const good = await playNights(world, storage, ["2026-05-02", "2026-05-03"]);
  const failing = parsePolicies({
    nightly: nightly({ retention: { daily: 3 }, hooks: { before: { command: ["false"] } } }),
  });
  const bad = await playNights(world, storage, ["2026-05-04"], failing);
  await sleepUntil(world, "2026-05-05T03:10:00Z");
  const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
  const blind = runEntry(await run(POLICIES, { do: locked }, { clock: world.clock }), {
    policies: POLICIES,
  });
  const more = await playNights(world, storage, ["2026-05-07"]);
  const record = { entries: [...good, ...bad, blind, ...more], aside: [] };
  const report = await backupReport(POLICIES, { do: storage }, new Date("2026-05-07T04:00:00Z"), {
    days: 6,
    record,
  });
  const [standing] = report.volumes[0]?.policies ?? [];
  expect(standing?.days.map(({ state }) => state)).toEqual([
    "made",
    "made",
    "failed",
    "failed",
    "missed",
    "made",
  ]);
  expect(standing?.days[2]?.code).toBe(bad[0]?.problems[0]?.code);
  expect(standing?.days[5]).toEqual({ state: "made", slots: 1, there: 1 });
});

test("a run of another shard says nothing of a cloud that it is not about", async () => {
  const { world, storage } = opened();
  await makeVolumes(storage, ["db"]);
  const good = await playNights(world, storage, ["2026-05-02"]);
  const shards = [0, 1].map((index) => ({ index, count: 2 }));
  const accounts = [
    { key: keyIn(0), clouds: ["do"] },
    { key: keyIn(1), clouds: ["scp"] },
  ];
  const night = async (at: string, clouds: Record<string, BlockStorage>, only = shards) => {
    await sleepUntil(world, `${at}T03:10:00Z`);
    const options = { clock: world.clock, accounts };
    const reports = await Promise.all(only.map((shard) => run(POLICIES, clouds, { ...options, shard })));
    return reports.map((report) => runEntry(report, { policies: POLICIES }));
  };
  const { scp } = world.open();
  const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
  // On the third its own shard did not see the cloud, on the fourth only the other shard ran.
  const blind = await night("2026-05-03", { do: locked, scp });
  const other = await night("2026-05-04", { do: storage, scp }, shards.slice(1));
  const more = await night("2026-05-05", { do: storage, scp });
  expect(blind.map(({ shard }) => shard)).toEqual(shards);
  expect(other[0]?.clouds).toEqual([{ cloud: "scp", seen: true }]);
  const record = { entries: [...good, ...blind, ...other, ...more], aside: [] };
  expect(await lastDays(storage, "2026-05-05T04:00:00Z", { days: 4, record })).toEqual([
    ["made", "failed", "missed", "made"],
  ]);
});

test("goes by the days of the policy's zone, and shows the worst of a day", async () => {
  const { world, storage } = opened("2026-05-05T00:00:00Z");
  await makeVolumes(storage, ["db"]);
  const policies = parsePolicies({
    six: nightly({
      schedule: { cron: "0 0,6,12,18 * * *", timezone: "Asia/Tokyo" },
      retention: { hourly: 9 },
    }),
  });
  for (const instant of ["2026-05-06T21:05:00Z", "2026-05-07T09:05:00Z"]) {
    await sleepUntil(world, instant);
    await run(policies, { do: storage }, { clock: world.clock });
  }
  // In Tokyo it is the eighth already.
  const report = await backupReport(policies, { do: storage }, new Date("2026-05-07T15:30:00Z"), {
    days: 2,
  });
  expect(report.days).toEqual(["2026-05-07", "2026-05-08"]);
  expect(report.volumes[0]?.policies[0]?.days).toEqual([
    { state: "missed", slots: 4, there: 2 },
    { state: "due", slots: 1, there: 0 },
  ]);
});
