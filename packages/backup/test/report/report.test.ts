import type { BlockStorage } from "@polyvol/core";
import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import {
  backupReport,
  type DayState,
  drill,
  drillEntry,
  type Policy,
  parsePolicies,
  type RecordEntry,
  type ReportOptions,
  restore,
  run,
  runEntry,
  shardOf,
  snapshotName,
} from "../../src/index.ts";
import { ownMarks } from "../support/marks.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({ nightly: nightly({ retention: { daily: 3 } }) });
const GRACE_MS = 3_600_000;

/** The key of an account that is in this shard of two. */
const keyIn = (index: number): string => [..."abcdefghijkl"].find((key) => shardOf(key, 2) === index) ?? "";

/** Runs each of these nights at ten past three and keeps the record. */
async function playNights(
  world: MemoryWorld,
  storage: BlockStorage,
  nights: readonly string[],
  policies: readonly Policy[] = POLICIES,
): Promise<RecordEntry[]> {
  const entries: RecordEntry[] = [];
  for (const night of nights) {
    await sleepUntil(world, `${night}T03:10:00Z`);
    entries.push(runEntry(await run(policies, { do: storage }, { clock: world.clock }), { policies }));
  }
  return entries;
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

function opened(startAt = "2026-05-01T20:00:00Z") {
  const world = createMemoryWorld(startAt);
  return { world, storage: world.open().do };
}

describe("the calendar", () => {
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
    const { world, storage } = opened("2026-05-03T12:00:00Z");
    const { db: volumeId = "" } = await makeVolumes(storage, ["db"]);
    const slot = new Date("2026-05-04T03:00:00Z");
    await sleepUntil(world, slot.toISOString());
    const { tags, description } = ownMarks("nightly");
    const name = snapshotName("polyvol", "nightly", volumeId, slot);
    await storage.snapshots.create({ volumeId, name, description, tags: { ...tags, "polyvol-hold": "" } });
    expect(await lastDays(storage, "2026-05-04T12:00:00Z", { days: 1 })).toEqual([["held"]]);
    const { volumes } = await backupReport(POLICIES, { do: storage }, new Date("2026-05-04T12:00:00Z"));
    expect(volumes[0]?.snapshots).toMatchObject([{ held: true, goes: { when: "never", why: "held" } }]);
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
});

describe("snapshots", () => {
  test("go when the rules let them go, and the report says so before", async () => {
    const { world, storage } = opened();
    const { db = "" } = await makeVolumes(storage, ["db"]);
    await storage.snapshots.create({ volumeId: db, name: "by hand" });
    const policies = parsePolicies({ nightly: nightly({ retention: { daily: 3, weekly: 4 } }) });
    const nights = Array.from({ length: 40 }, (_, index) =>
      new Date(Date.parse("2026-05-02") + index * 86_400_000).toISOString().slice(0, 10),
    );
    await playNights(world, storage, nights.slice(0, 10), policies);
    const { volumes } = await backupReport(policies, { do: storage }, new Date(world.clock.now()));
    const told = volumes[0]?.snapshots ?? [];
    expect(told.at(-1)).toMatchObject({ name: "by hand", goes: { when: "never", why: "no_policy" } });
    const gone = new Map<string, string>();
    for (const night of nights.slice(10)) {
      const [entry] = await playNights(world, storage, [night], policies);
      const deleted = entry?.kind === "run" ? entry.deleted : [];
      for (const { slot } of deleted) gone.set(slot, `${night}T03:00:00.000Z`);
    }
    const own = told.filter(({ slot }) => slot !== undefined);
    expect(own.length).toBeGreaterThan(3);
    for (const { slot = "", goes, reasons } of own) {
      expect(goes).toEqual({ when: "at", at: gone.get(slot) });
      expect(reasons.join()).toMatch(/daily|weekly/);
    }
    // Those of the rules, and the one made by hand.
    expect(volumes[0]).toMatchObject({ inAMonth: 7, cost: { snapshots: told.length } });
  });
});

describe("what is said of a fleet", () => {
  test("one sentence, restores, what nobody backs up, and what cannot be known", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db", "scratch"]);
    const policies = parsePolicies({ nightly: nightly({ select: { cloud: "do", name: "db*" } }) });
    const entries = await playNights(world, storage, ["2026-05-02"], policies);
    const now = () => new Date(world.clock.now());
    const bare = await backupReport(policies, { do: storage }, now());
    expect(bare.sentence).toBe(
      "The one volume that policies choose has the snapshot that is due; whether a restore was ever proven is not known.",
    );
    expect(bare.unknown[0]).toMatch(/^Without a record/);
    expect(bare.unprotected.map(({ volumeName }) => volumeName)).toEqual(["scratch"]);
    expect(bare).not.toHaveProperty("runs");

    const drilled = drillEntry(
      await drill({ cloud: "do", from: { volumeName: "db" } }, { do: storage }, { clock: world.clock }),
    );
    const record = {
      entries: [...entries, drilled],
      aside: [{ file: "runs", line: 3, why: "cut" as const }],
    };
    await sleepUntil(world, "2026-05-02T20:00:00Z");
    const told = await backupReport(policies, { do: storage }, now(), { record });
    expect(told.sentence).toMatch(/; a restore was last proven 1\d hours ago, of db\.$/);
    expect(told.proofs).toMatchObject([{ by: "drill", cloud: "do", volumeName: "db" }]);
    expect(told.runs).toHaveLength(1);
    expect(told.unknown.join(" ")).toMatch(
      /The record begins at 2026-05-02 03:10 UTC.*1 line of the record was cut/,
    );
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);

    await restore({ cloud: "do", from: { volumeName: "db" }, newName: "db-2" }, { do: storage });
    const seen = await backupReport(policies, { do: storage }, now());
    expect(seen.proofs).toMatchObject([{ by: "volume", volumeName: "db" }]);
  });

  test("a cloud that cannot be seen is unknown: never good, never missing", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db"]);
    await playNights(world, storage, ["2026-05-02"]);
    const locked = createMemoryStorage({ account: world.accounts.scp, authorised: false });
    const report = await backupReport(POLICIES, { do: storage, locked }, new Date(world.clock.now()));
    expect(report).toMatchObject({
      verdict: "failed",
      counts: { fresh: 1, late: 0, missing: 0 },
      unprotected: [],
      unprotectedUnknown: ["locked"],
    });
    expect(report.sentence).toMatch(
      /^Cloud locked could not be seen, so nothing is known of what is there; elsewhere /,
    );
    expect(report.clouds[1]).toMatchObject({
      cloud: "locked",
      seen: false,
      problem: { code: "unauthenticated" },
    });
    expect(report.clouds[1]).not.toHaveProperty("volumes");
    expect(report.policies[1]).toEqual(expect.not.objectContaining({ volumes: expect.anything() }));
    expect(report.unknown[0]).toMatch(/^Cloud locked could not be seen/);
  });

  test("late and missing volumes are counted once each, whatever chooses them", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db", "web"]);
    await playNights(world, storage, ["2026-05-02"]);
    const { sentence, verdict } = await backupReport(
      POLICIES,
      { do: storage },
      new Date("2026-05-03T09:00:00Z"),
    );
    expect(verdict).toBe("stale");
    expect(sentence).toMatch(/^2 of 2 volumes lack the snapshot that is due; /);
  });

  test("no policy chooses anything", async () => {
    const { storage } = opened();
    await makeVolumes(storage, ["db"]);
    const report = await backupReport([], { do: storage }, new Date("2026-05-02T09:00:00Z"));
    expect(report.sentence).toMatch(/^Nothing is backed up: no policy chooses a volume; /);
    expect(report.unprotected).toHaveLength(1);
  });

  test("costs rest on what the provider states and on given prices alone", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db"]);
    await playNights(world, storage, ["2026-05-02"]);
    const now = new Date(world.clock.now());
    const price = { perGiBMonth: 0.06, currency: "USD" };
    const priced = await backupReport(POLICIES, { do: storage }, now, { prices: { do: price } });
    const [cloud] = priced.clouds;
    const { billableGiB = 0, perMonth } = cloud?.cost ?? {};
    if (cloud?.billing === "stated") expect(perMonth).toBeCloseTo(billableGiB * 0.06, 2);
    else expect(perMonth).toBeUndefined();
    const { clouds } = await backupReport(POLICIES, { do: storage }, now);
    expect(clouds[0]?.cost).not.toHaveProperty("perMonth");
  });

  test("a bad number of days, date or cloud is refused in words", async () => {
    const { storage } = opened();
    const now = new Date("2026-05-02T09:00:00Z");
    await expect(backupReport(POLICIES, { do: storage }, now, { days: 0 })).rejects.toThrow(
      "days: found 0, allowed: a whole number from 1 to 400",
    );
    await expect(backupReport(POLICIES, { do: storage }, new Date(Number.NaN))).rejects.toThrow(
      "now: found an invalid date",
    );
    const elsewhere = parsePolicies({ nightly: nightly({ select: { cloud: "no", name: "*" } }) });
    await expect(backupReport(elsewhere, { do: storage }, now)).rejects.toThrow(
      /policies.nightly.select.cloud: found "no"/,
    );
  });
});
