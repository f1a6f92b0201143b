import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  backupMetrics,
  backupReport,
  mergeStatus,
  type OffsiteEntry,
  parsePolicies,
  type RecordEntry,
  run,
  runEntry,
  status,
} from "../../src/index.ts";
import { backedUpOnce } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({ nightly: nightly({ offsite: { command: ["true"], every: "1d" } }) });
const HOUR = 3_600_000;

function success(volumeId: string, runStartedAt: string, keys: Partial<OffsiteEntry> = {}): OffsiteEntry {
  const finishedAt = new Date(Date.parse(runStartedAt) + HOUR).toISOString();
  return {
    format: "polyvol-record",
    version: 1,
    kind: "offsite",
    startedAt: runStartedAt,
    finishedAt,
    ok: true,
    cloud: "do",
    policyId: "nightly",
    volumeId,
    runStartedAt,
    snapshot: { id: "s1", name: "s1", takenAt: "2026-05-09T03:10:01.000Z" },
    command: { program: "true", exitCode: 0, durationMs: 5 },
    problems: [],
    ...keys,
  };
}

/** How the volume stands off-site at that instant, by these lines. */
async function standingAt(now: string, entries: (volumeId: string) => readonly RecordEntry[] | undefined) {
  const { clouds, db } = await backedUpOnce(POLICIES);
  const own = entries(db);
  const record = own === undefined ? undefined : { entries: own, aside: [] };
  const found = await status(POLICIES, clouds, new Date(now), { record });
  return { ...found, standing: found.volumes[0]?.offsite };
}

describe("how a volume stands off-site", () => {
  test("is not known without a record, and stales nothing", async () => {
    const found = await standingAt("2026-05-09T04:00:00Z", () => undefined);
    expect(found.standing).toEqual({ state: "unknown" });
    expect(found).toMatchObject({ verdict: "fresh", offsite: { unknown: 1, fresh: 0 } });
  });

  test("is new until the first snapshot is older than `every` and half of it, then never", async () => {
    const young = await standingAt("2026-05-10T03:05:00Z", () => []);
    expect(young.standing?.state).toBe("new");
    expect(young.standing?.deadline).toMatch(/^2026-05-10T15:1/);
    expect(young.verdict).toBe("fresh");
    const old = await standingAt("2026-05-10T15:30:00Z", () => []);
    expect(old.standing?.state).toBe("never");
    expect(old.verdict).toBe("stale");
  });

  test("is fresh after a success, and late when none has followed", async () => {
    const at = "2026-05-09T04:00:00.000Z";
    const fresh = await standingAt("2026-05-10T03:30:00Z", (db) => [success(db, at)]);
    expect(fresh.standing).toEqual({
      state: "fresh",
      deadline: "2026-05-10T16:00:00.000Z",
      last: { at: "2026-05-09T05:00:00.000Z", snapshotId: "s1", takenAt: "2026-05-09T03:10:01.000Z" },
    });
    const late = await standingAt("2026-05-10T16:00:01Z", (db) => [success(db, at)]);
    expect(late.standing?.state).toBe("late");
    expect(late).toMatchObject({ verdict: "stale", offsite: { late: 1 } });
  });

  test("is never, too, where rules keep less than `every` is long, once the record tells of older snapshots", async () => {
    const hourly = parsePolicies({
      nightly: nightly({
        schedule: { cron: "0 * * * *", timezone: "UTC" },
        retention: { last: 1 },
        offsite: { command: ["true"], every: "1d" },
      }),
    });
    const { world, clouds } = await backedUpOnce(hourly);
    const entries: RecordEntry[] = [];
    const at = async () => {
      const { clock } = world;
      entries.push(runEntry(await run(hourly, clouds, { clock }), { command: "run", policies: hourly }));
      return await status(hourly, clouds, new Date(clock.now()), { record: { entries, aside: [] } });
    };
    await world.clock.sleep(HOUR);
    expect(await at()).toMatchObject({ verdict: "fresh", offsite: { new: 1 } });
    await world.clock.sleep(40 * HOUR);
    expect(await at()).toMatchObject({ verdict: "stale", offsite: { never: 1 } });
  });

  test("where `every` is shorter than the schedule, it is fresh until the next slot has had half of `every`", async () => {
    const weekly = parsePolicies({
      nightly: nightly({
        schedule: { cron: "0 3 * * 6", timezone: "UTC" },
        offsite: { command: ["true"], every: "1d" },
      }),
    });
    const { clouds, db } = await backedUpOnce(weekly);
    // A Saturday.
    const record = { entries: [success(db, "2026-05-09T04:00:00.000Z")], aside: [] };
    const at = async (now: string) => await status(weekly, clouds, new Date(now), { record });
    const friday = await at("2026-05-15T23:00:00Z");
    expect(friday).toMatchObject({ verdict: "fresh", offsite: { fresh: 1 } });
    expect(friday.volumes[0]?.offsite?.deadline).toBe("2026-05-16T15:00:00.000Z");
    expect(await at("2026-05-16T15:00:00Z")).toMatchObject({ offsite: { fresh: 1 } });
    expect(await at("2026-05-16T15:00:01Z")).toMatchObject({ verdict: "stale", offsite: { late: 1 } });
  });

  test.each<[string, Partial<OffsiteEntry>]>([
    ["that failed", { ok: false, command: { program: "true", exitCode: 1, durationMs: 5 } }],
    ["whose command was never run", { ok: false, command: undefined as never }],
    ["of another cloud", { cloud: "scp" }],
    ["of another policy", { policyId: "weekly" }],
    ["by hand", { policyId: undefined as never }],
  ])("a line %s is no success", async (_, keys) => {
    const at = "2026-05-09T04:00:00.000Z";
    const found = await standingAt("2026-05-10T03:30:00Z", (db) => [success(db, at, keys)]);
    expect(found.standing?.last).toBeUndefined();
  });

  test("a line that a clock has written which was set back since counts neither as a success nor as a proof", async () => {
    const { clouds, db } = await backedUpOnce(POLICIES);
    const now = new Date("2026-05-10T03:30:00Z");
    const real = success(db, "2026-05-09T04:00:00.000Z");
    const ahead = { ...success(db, "2027-01-01T00:00:00.000Z"), snapshot: undefined as never };
    const record = { entries: [real, ahead], aside: [] };
    const { volumes } = await status(POLICIES, clouds, now, { record });
    expect(volumes[0]?.offsite).toMatchObject({ state: "fresh", deadline: "2026-05-10T16:00:00.000Z" });
    const told = await backupReport(POLICIES, clouds, now, { record });
    expect(told.proofs).toMatchObject([{ at: real.finishedAt }]);
    expect(told.offsites).toEqual([real]);
    const { text } = await backupMetrics(POLICIES, clouds, now, { record });
    const proven = Date.parse(real.finishedAt) / 1000;
    expect(text).toContain(`} ${proven}\n`);
    expect(text).not.toContain(`} ${Date.parse(ahead.finishedAt) / 1000}\n`);
    const only = await status(POLICIES, clouds, new Date("2026-05-20T00:00:00Z"), {
      record: { entries: [ahead], aside: [] },
    });
    expect(only).toMatchObject({ verdict: "stale", offsite: { never: 1 } });
  });

  test("of several successes, in whatever order, the last counts", async () => {
    const { clouds, db } = await backedUpOnce(POLICIES);
    const now = new Date("2026-05-20T00:00:00Z");
    const hours = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(hours, async (ages) => {
        const entries = ages.map((age) => success(db, new Date(now.getTime() - age * HOUR).toISOString()));
        const { volumes } = await status(POLICIES, clouds, now, { record: { entries, aside: [] } });
        const newest = Math.min(...ages);
        expect(volumes[0]?.offsite).toMatchObject({
          state: newest <= 36 ? "fresh" : "late",
          last: { at: new Date(now.getTime() - (newest - 1) * HOUR).toISOString() },
        });
      }),
      { numRuns: 30 },
    );
  });

  test("a policy without `offsite` says nothing of it", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const found = await status(
      parsePolicies({ nightly: nightly() }),
      clouds,
      new Date("2026-05-09T04:00:00Z"),
    );
    expect(found).not.toHaveProperty("offsite");
    expect(found.volumes[0]).not.toHaveProperty("offsite");
  });
});

test("shards put together count it, and are stale when one is late", async () => {
  const { clouds, db } = await backedUpOnce(POLICIES);
  const now = new Date("2026-05-12T03:30:00Z");
  const record = { entries: [success(db, "2026-05-09T04:00:00Z")], aside: [] };
  const found = await status(POLICIES, clouds, now, { record, shard: { index: 0, count: 1 } });
  expect(mergeStatus([JSON.parse(JSON.stringify(found))])).toMatchObject({
    verdict: "stale",
    offsite: { fresh: 0, late: 1, never: 0, new: 0, unknown: 0 },
  });
});

test("metrics give the last success, its data, and the deadline; nothing without a record", async () => {
  const { clouds, db } = await backedUpOnce(POLICIES);
  const now = new Date("2026-05-10T03:30:00Z");
  const labels = `{cloud="do",policy="nightly",volume="db",volume_id="${db}"}`;
  const seconds = (instant: string): number => Date.parse(instant) / 1000;
  const record = { entries: [success(db, "2026-05-09T04:00:00Z")], aside: [] };
  const { text } = await backupMetrics(POLICIES, clouds, now, { record });
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      `polyvol_offsite_last_success_timestamp_seconds${labels} ${seconds("2026-05-09T05:00:00Z")}`,
      `polyvol_offsite_snapshot_timestamp_seconds${labels} ${seconds("2026-05-09T03:10:01Z")}`,
      `polyvol_offsite_deadline_timestamp_seconds${labels} ${seconds("2026-05-10T16:00:00Z")}`,
    ]),
  );
  const blind = await backupMetrics(POLICIES, clouds, now);
  expect(blind.text).not.toContain("polyvol_offsite");
});

test("the report tells it, in its sentence as well, and counts it as a proof", async () => {
  const { clouds, db } = await backedUpOnce(POLICIES);
  const entries = [success(db, "2026-05-09T04:00:00Z")];
  const now = new Date("2026-05-10T17:00:00Z");
  const report = await backupReport(POLICIES, clouds, now, { record: { entries, aside: [] } });
  expect(report).toMatchObject({
    verdict: "stale",
    offsites: [{ volumeId: db }],
    proofs: [{ by: "offsite", volumeId: db, volumeName: "db" }],
    volumes: [{ policies: [{ offsite: { state: "late" } }] }],
  });
  expect(report.sentence).toContain("1 volume is late off-site");
  const blind = await backupReport(POLICIES, clouds, now);
  expect(blind).not.toHaveProperty("offsites");
  expect(blind.unknown.join(" ")).toContain("not known either which volumes have been taken off-site");
});
