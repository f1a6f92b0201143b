import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryStorage } from "@polyvol/memory";
import { expect, test } from "vitest";
import {
  type BackupStatus,
  mergeStatus,
  parsePolicies,
  run,
  type Shard,
  shardOf,
  status,
} from "../../src/index.ts";
import { nightly } from "../support/shapes.ts";
import { COUNT, type Fleet, fleetOf, NAMES, POLICIES, SHARDS } from "../support/shards.ts";

const statuses = async (
  fleet: Fleet,
  policies = POLICIES,
  shards: readonly Shard[] = SHARDS,
): Promise<readonly BackupStatus[]> =>
  await Promise.all(
    shards.map((shard) => status(policies, fleet.clouds, new Date(fleet.clock.now()), { shard })),
  );
/** As it comes from files. */
const stored = (reports: readonly BackupStatus[]): unknown[] =>
  JSON.parse(JSON.stringify(reports)) as unknown[];

test("the reports of all shards together say what one report says", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const whole = await status(POLICIES, fleet.clouds, new Date(fleet.clock.now()));
  const { shards, ...merged } = mergeStatus(stored(await statuses(fleet)).reverse());
  expect(shards).toEqual({ count: COUNT, missing: [], repeated: [] });
  expect({ ...merged, volumes: merged.volumes.toSorted(byPlace) }).toEqual({
    ...whole,
    volumes: whole.volumes.toSorted(byPlace),
  });
  expect(merged.verdict).toBe("fresh");
});

const byPlace = (a: BackupStatus["volumes"][number], b: BackupStatus["volumes"][number]): number =>
  `${a.cloud} ${a.volumeId}` < `${b.cloud} ${b.volumeId}` ? -1 : 1;

test("a shard that is missing, or there twice, is said, and is not fresh", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const [one, two, three] = await statuses(fleet);
  if (one === undefined || two === undefined || three === undefined) throw new Error("three shards");
  const missing = mergeStatus([three]);
  expect(missing).toMatchObject({ verdict: "failed", shards: { count: 3, missing: [0, 1], repeated: [] } });
  expect(missing.problems[0]?.message).toBe(
    "shards 0/3, 1/3 missing: nothing is known of the accounts there; run status of it",
  );
  await fleet.clock.sleep(60_000);
  const [again] = await statuses(fleet, POLICIES, [{ index: 0, count: 3 }]);
  if (again === undefined) throw new Error("one shard");
  const twice = mergeStatus([again, one, two, three]);
  expect(twice).toMatchObject({ verdict: "failed", shards: { missing: [], repeated: [0] } });
  expect(twice.volumes).toHaveLength(NAMES.length * 2);
  expect(
    twice.volumes.filter(({ newest }) => newest?.ageMs === again.volumes[0]?.newest?.ageMs),
  ).toHaveLength(again.volumes.length);
  expect(twice.now).toBe(two.now);
});

test("a shard that was looked at before slots that have come due since is not fresh any more", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const night = await statuses(fleet);
  const [one, two, three] = night;
  if (one === undefined) throw new Error("three shards");
  // Nobody has looked at the first one since.
  await fleet.clock.sleep(25 * 3_600_000);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const [, next, last] = await statuses(fleet);
  const merged = mergeStatus(stored([one, next, last].flatMap((each) => each ?? [])));
  expect(merged.verdict).toBe("failed");
  expect(merged.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^shard 0\/3 was looked at 2026-05-10T.*Z, and \d+ of its volumes are late since, by 2026-05-11T.*run status of it again$/,
    ),
  ]);
  // All of them are old: only whoever puts them together can say that.
  expect(mergeStatus(stored(night)).verdict).toBe("fresh");
  const now = new Date(fleet.clock.now());
  expect(mergeStatus(stored(night), { now }).problems).toHaveLength(
    night.filter(({ volumes }) => volumes.length > 0).length,
  );
  // A run may take an hour.
  const soon = new Date(Date.parse("2026-05-11T03:59:00Z"));
  expect(mergeStatus([one, two, three], { now: soon }).verdict).toBe("fresh");
  expect(() => mergeStatus([one], { now: new Date(Number.NaN) })).toThrow("now: found an invalid date");
});

test("accounts that had no volumes when a shard was looked at may have some once a slot has come due since", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const [one] = await statuses(fleet);
  if (one?.shard === undefined) throw new Error("three shards");
  const empty = { ...one, volumes: [], counts: { fresh: 0, late: 0, missing: 0, new: 0 } };
  // Nobody has looked at it since.
  await fleet.clock.sleep(23.5 * 3_600_000);
  const [, two, three] = await statuses(fleet);
  expect(mergeStatus(stored([empty, two, three].flatMap((each) => each ?? []))).verdict).toBe("fresh");
  await fleet.clock.sleep(1.5 * 3_600_000);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const [, next, last] = await statuses(fleet);
  const others = [next, last].flatMap((each) => each ?? []);
  const merged = mergeStatus(stored([empty, ...others]));
  expect(merged.verdict).toBe("failed");
  expect(merged.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^shard 0\/3 was looked at 2026-05-10T.*Z, and slots have come due since, by 2026-05-11T.*: whether its accounts have volumes is not known; run status of it again$/,
    ),
  ]);
  const without = { ...empty, shard: { ...one.shard, accounts: 0 } };
  expect(mergeStatus(stored([without, ...others])).verdict).toBe("fresh");
});

test("what was due and not there when a shard was looked at is not known once its grace is over", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  // The run of the next night has not come to anything yet: three o'clock was five minutes ago.
  await fleet.clock.sleep(24 * 3_600_000);
  await fleet.clouds["account-0"]?.volumes.create({ name: "account-0-young", sizeGiB: 1 });
  const night = stored(await statuses(fleet));
  const at = (minutes: number): Date => new Date(fleet.clock.now() + minutes * 60_000);
  expect(mergeStatus(night, { now: at(54) })).toMatchObject({ verdict: "fresh", counts: { new: 1 } });
  const later = mergeStatus(night, { now: at(61) });
  expect(later.verdict).toBe("failed");
  const told = later.problems.map(({ message }) => message);
  expect(told[0]).toMatch(
    /^shard \d\/3 was looked at 2026-05-11T03:05.*Z, and \d+ of its volumes are late since, by 2026-05-11T04:06.*Z, unless they have their snapshots: whether they have is not known; run status of it again$/,
  );
  const counts = told.map((message) => Number(/ (\d+) of its volumes/.exec(message)?.[1]));
  expect(counts.reduce((sum, each) => sum + each, 0)).toBe(NAMES.length * 2 + 1);
});

test("the grace is that with which each shard was looked at, and ends with the next slot", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const looked = async (graceMs: number): Promise<unknown[]> =>
    stored(
      await Promise.all(
        SHARDS.map((shard) =>
          status(POLICIES, fleet.clouds, new Date(fleet.clock.now()), { shard, graceMs }),
        ),
      ),
    );
  const at = (instant: string): { readonly now: Date } => ({ now: new Date(instant) });
  const long = await looked(4 * 3_600_000);
  expect(mergeStatus(long, at("2026-05-11T06:59:00Z"))).toMatchObject({
    verdict: "fresh",
    graceMs: 14_400_000,
  });
  expect(mergeStatus(long, at("2026-05-11T07:01:00Z")).verdict).toBe("failed");
  const short = await looked(10 * 60_000);
  expect(mergeStatus(short, at("2026-05-11T03:09:00Z")).verdict).toBe("fresh");
  expect(mergeStatus(short, at("2026-05-11T03:11:00Z")).verdict).toBe("failed");
  const endless = await looked(90 * 3_600_000);
  expect(mergeStatus(endless, at("2026-05-12T02:59:00Z")).verdict).toBe("fresh");
  expect(mergeStatus(endless, at("2026-05-12T03:01:00Z")).verdict).toBe("failed");
});

test("a deadline off-site that has passed since a shard was looked at is not fresh any more", async () => {
  const policies = parsePolicies({
    nightly: nightly({ select: { name: "*" }, offsite: { command: ["true"], every: "12h" } }),
  });
  const fleet = await fleetOf(NAMES);
  await run(policies, fleet.clouds, { clock: fleet.clock });
  const record = { entries: [], aside: [] };
  const reports = stored(
    await Promise.all(
      SHARDS.map((shard) => status(policies, fleet.clouds, new Date(fleet.clock.now()), { shard, record })),
    ),
  );
  // The first snapshots are of five past three: nothing has left for 18 hours.
  expect(mergeStatus(reports, { now: new Date("2026-05-10T21:05:00Z") }).verdict).toBe("fresh");
  const later = mergeStatus(reports, { now: new Date("2026-05-10T21:30:00Z") });
  expect(later).toMatchObject({ verdict: "failed", offsite: { new: NAMES.length * 2 } });
  expect(later.problems[0]?.message).toMatch(
    /^shard \d\/3 was looked at 2026-05-10T03:05.*Z, and \d+ of its volumes are late off-site since, by 2026-05-10T21:30:00.000Z, unless they have left: whether they have is not known; run status of it again$/,
  );
});

test("shards of other counts make no whole; shards of other accounts or policies are said", async () => {
  const fleet = await fleetOf(NAMES);
  await run(POLICIES, fleet.clouds, { clock: fleet.clock });
  const [one, two, three] = await statuses(fleet);
  const [other] = await statuses(fleet, POLICIES, [{ index: 1, count: 4 }]);
  expect(() => mergeStatus([one, other])).toThrow(
    "reports[1].shard.count: found 4, allowed: 3, as in reports[0]: shards of different counts do not make one whole",
  );
  const changed = parsePolicies({ nightly: nightly({ select: { name: "*" }, retention: { daily: 3 } }) });
  const [late] = await statuses(fleet, changed);
  const merged = mergeStatus([late, two, three]);
  expect(merged.verdict).toBe("failed");
  expect(merged.problems).toMatchObject([
    {
      code: "conflict",
      message: expect.stringMatching(
        /^shard 0\/3 looked at other accounts or policies than shards 1\/3, 2\/3:/,
      ),
    },
  ]);
});

test("that a selector fits nothing is told by all shards together, and by none alone", async () => {
  const fleet = await fleetOf(NAMES);
  const policies = parsePolicies({
    some: nightly({ select: { name: ["account-3-*", "nobody-*"] } }),
    none: nightly({ select: { name: "nothing" } }),
    quiet: nightly({ select: { name: "nothing" }, allowEmpty: true }),
    named: nightly({ select: { cloud: ["account-1", "account-2", "account-4"], name: "*-db" } }),
  });
  await run(policies, fleet.clouds, { clock: fleet.clock });
  const reports = await statuses(fleet, policies);
  expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
  const merged = mergeStatus(stored(reports));
  expect(merged.problems.map(({ message }) => message)).toEqual([
    "policy none: its selector matches no volume on all shards; correct select, or say allowEmpty: true when that is meant",
    'policy some: no volume on all shards fits the name "nobody-*"; the others are backed up; correct select, or say allowEmpty: true when that is meant',
  ]);
  // With a shard that nothing is known of, it may be there.
  expect(mergeStatus(reports.slice(1)).problems.map(({ code }) => code)).toEqual(["not_found"]);
});

test("one account in two shards under two names is seen when they are put together", async () => {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const account = createMemoryAccount({ clock });
  await createMemoryStorage({ account }).volumes.create({ name: "db", sizeGiB: 1 });
  const clouds = {
    "account-0": createMemoryStorage({ account }),
    "account-1": createMemoryStorage({ account }),
  };
  const second = ["b", "c", "d", "e", "f"].find((key) => shardOf(key, 2) !== shardOf("a", 2)) ?? "";
  const keys = [
    { key: "a", clouds: ["account-0"] },
    { key: second, clouds: ["account-1"] },
  ];
  const shards = [0, 1].map((index) => ({ index, count: 2 }));
  const runs = await Promise.all(
    shards.map((shard) => run(POLICIES, clouds, { clock, shard, accounts: keys })),
  );
  // Made once, whoever was first.
  expect(account.dump().snapshots).toHaveLength(1);
  expect(runs.flatMap(({ problems }) => problems)).toEqual([]);
  const reports = await Promise.all(
    shards.map((shard) => status(POLICIES, clouds, new Date(clock.now()), { shard, accounts: keys })),
  );
  const id = reports[0]?.volumes[0]?.volumeId ?? "";
  const uuid = "506f78a4-e098-11e5-ad9f-000f53306ae1";
  const withUuid = JSON.parse(JSON.stringify(reports).replaceAll(JSON.stringify(id), JSON.stringify(uuid)));
  const { problems } = mergeStatus(withUuid);
  // Other ids can be the same in two accounts.
  expect(mergeStatus(stored(reports)).problems).toEqual([]);
  expect(problems).toMatchObject([
    { code: "conflict", message: expect.stringContaining("are one account in two shards") },
  ]);
});

test.each<readonly [string, unknown, string]>([
  ["nothing", undefined, "reports[0]: found nothing, allowed: an object as status() makes it"],
  ["a text", "x", 'reports[0]: found "x", allowed: an object as status() makes it'],
  ["a plan", { format: "polyvol-backup-plan" }, "reports[0].now: found nothing"],
])("%s is no report", (_name, value, message) => {
  expect(() => mergeStatus([value])).toThrow(message);
});

test("no report, and one of all clouds, are refused", async () => {
  expect(() => mergeStatus([])).toThrow("reports: found nothing, allowed: at least one report of a shard");
  const fleet = await fleetOf(["account-0"]);
  const whole = await status(POLICIES, fleet.clouds, new Date(fleet.clock.now()));
  expect(() => mergeStatus([whole])).toThrow(
    "reports[0].shard: found nothing: it is about all clouds, allowed: the report of a shard",
  );
});
