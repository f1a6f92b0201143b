import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryStorage, type MemoryAccount } from "@polyvol/memory";
import { expect, test } from "vitest";
import {
  apply,
  audit,
  type BackupStatus,
  backupMetrics,
  cloudsInShard,
  mergeStatus,
  parsePolicies,
  plan,
  prune,
  run,
  type Shard,
  shardOf,
  status,
} from "../../src/index.ts";
import { nightly } from "../support/shapes.ts";

const COUNT = 3;
const DAY = 86_400_000;
const SHARDS: readonly Shard[] = [0, 1, 2].map((index) => ({ index, count: COUNT }));
const POLICIES = parsePolicies({ nightly: nightly({ select: { name: "*" }, retention: { daily: 2 } }) });

interface Fleet {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly accounts: ReadonlyMap<string, MemoryAccount>;
  readonly clouds: Readonly<Record<string, BlockStorage>>;
  /** What all accounts hold, told apart by their clouds. */
  held(): readonly string[];
}

/** Accounts of two volumes each, on one clock. */
async function fleetOf(names: readonly string[]): Promise<Fleet> {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const accounts = new Map(
    names.map((name) => [name, createMemoryAccount({ clock, limits: { snapshotGapMs: 0 } })] as const),
  );
  const clouds: Record<string, BlockStorage> = {};
  for (const [name, account] of accounts) {
    const storage = createMemoryStorage({ account });
    clouds[name] = storage;
    for (const volume of ["db", "web"])
      await storage.volumes.create({ name: `${name}-${volume}`, sizeGiB: 1 });
  }
  const held = (): readonly string[] =>
    [...accounts].flatMap(([name, account]) =>
      account.dump().snapshots.map((each) => `${name} ${each.name}`),
    );
  return { clock, accounts, clouds, held };
}

const NAMES = Array.from({ length: 12 }, (_, index) => `account-${index}`);

const inShard = (shard: Shard): readonly string[] =>
  cloudsInShard(
    NAMES.map((name) => ({ key: name, clouds: [name] })),
    shard,
  );

test("shards together do what one run does, each volume once", async () => {
  const [whole, parts] = [await fleetOf(NAMES), await fleetOf(NAMES)];
  for (let night = 0; night < 4; night += 1) {
    const all = await run(POLICIES, whole.clouds, { clock: whole.clock });
    const each = await Promise.all(
      SHARDS.map((shard) => run(POLICIES, parts.clouds, { clock: parts.clock, shard })),
    );
    const sum = (key: "created" | "deleted" | "left"): number =>
      each.reduce((total, { totals }) => total + totals[key], 0);
    expect([sum("created"), sum("deleted"), sum("left")]).toEqual([
      all.totals.created,
      all.totals.deleted,
      all.totals.left,
    ]);
    const seen = each.flatMap(({ volumes }) => volumes.map(({ cloud, volumeId }) => `${cloud} ${volumeId}`));
    expect(new Set(seen).size).toBe(NAMES.length * 2);
    expect(seen).toHaveLength(NAMES.length * 2);
    for (const { clock } of [whole, parts]) await clock.sleep(DAY);
  }
  expect(parts.held().length).toBe(whole.held().length);
});

test("a shard says which one it is, and what it rests on", async () => {
  const { clouds, clock } = await fleetOf(NAMES);
  const now = new Date(clock.now());
  const reports = await Promise.all(SHARDS.map((shard) => status(POLICIES, clouds, now, { shard })));
  const [first] = reports;
  expect(reports.map(({ shard }) => shard)).toEqual(
    SHARDS.map((shard) => ({
      ...shard,
      accounts: inShard(shard).length,
      accountsInAll: NAMES.length,
      basis: first?.shard?.basis,
    })),
  );
  const planned = await plan(POLICIES, clouds, now, { shard: { index: 1, count: COUNT } });
  expect(planned.shard).toEqual(reports[1]?.shard);
  const audited = await audit(POLICIES, clouds, { shard: { index: 1, count: COUNT } });
  expect(audited.shard).toEqual(reports[1]?.shard);
  expect((await status(POLICIES, clouds, now)).shard).toBeUndefined();
  const { text } = await backupMetrics(POLICIES, clouds, now, { shard: { index: 1, count: COUNT } });
  for (const name of NAMES)
    expect(text.includes(`"${name}"`)).toBe(inShard({ index: 1, count: COUNT }).includes(name));
});

test("what is in another shard is neither read nor gone", async () => {
  const { clouds, clock, held } = await fleetOf(NAMES);
  for (let night = 0; night < 3; night += 1) {
    await run(POLICIES, clouds, { clock });
    await clock.sleep(DAY);
  }
  const before = held();
  const shard = { index: 0, count: COUNT };
  const own = inShard(shard);
  // Whoever reads one of the others fails.
  const others = Object.fromEntries(
    NAMES.map((name) => [name, own.includes(name) ? (clouds[name] ?? new Error(name)) : unreadable(name)]),
  );
  const stricter = parsePolicies({
    nightly: nightly({ select: { name: "*" }, retention: { last: 1, keepOldest: false } }),
  });
  const pruned = await prune(stricter, others, { clock, shard, liftBrake: true });
  expect(pruned.problems).toEqual([]);
  const audited = await audit(POLICIES, others, { shard });
  expect(audited).toMatchObject({ ok: true, findings: [] });
  const found = await status(POLICIES, others, new Date(clock.now()), { shard });
  expect(new Set(found.volumes.map(({ cloud }) => cloud))).toEqual(new Set(own));
  expect(found.unread).toEqual([]);
  const elsewhere = (list: readonly string[]): readonly string[] =>
    list.filter((each) => !own.includes(each.split(" ")[0] ?? ""));
  expect(elsewhere(held())).toEqual(elsewhere(before));
  expect(pruned.totals.deleted).toBeGreaterThan(0);
});

function unreadable(name: string): BlockStorage {
  return new Proxy({} as BlockStorage, {
    get() {
      throw new Error(`${name} is in another shard`);
    },
  });
}

test("only the clouds of the shard need be given where the accounts are named", async () => {
  const { clouds, clock } = await fleetOf(NAMES);
  const accounts = NAMES.map((name) => ({ key: name, clouds: [name] }));
  const shard = { index: 2, count: COUNT };
  const own = Object.fromEntries(
    inShard(shard).flatMap((name) => (clouds[name] ? [[name, clouds[name]]] : [])),
  );
  const now = new Date(clock.now());
  const few = await status(POLICIES, own, now, { shard, accounts });
  expect(few).toEqual(await status(POLICIES, clouds, now, { shard, accounts }));
  const [missing = ""] = Object.keys(own);
  const { [missing]: _, ...rest } = own;
  await expect(status(POLICIES, rest, now, { shard, accounts })).rejects.toThrow(
    `clouds.${missing}: found nothing, allowed: a storage, or the error that kept it from being made: it is in shard 2/3`,
  );
  const named = parsePolicies({ one: nightly({ select: { cloud: "account-0", name: "*" } }) });
  expect(await status(named, own, now, { shard, accounts })).toMatchObject({ problems: [] });
  const wrong = parsePolicies({ one: nightly({ select: { cloud: "acount-0", name: "*" } }) });
  await expect(status(wrong, own, now, { shard, accounts })).rejects.toThrow('found "acount-0"');
  const twice = [...accounts, { key: "x", clouds: ["account-1"] }];
  await expect(status(POLICIES, clouds, now, { shard, accounts: twice })).rejects.toThrow(
    "accounts: found the cloud account-1 twice, allowed: each cloud once",
  );
  await expect(run(POLICIES, clouds, { clock, shard: { index: 3, count: 3 } })).rejects.toThrow(
    "shard.index: found 3, allowed: 0 to 2, as indices count from 0",
  );
});

test("clouds that are one account are in one shard", async () => {
  const { clouds, clock } = await fleetOf(NAMES);
  const accounts = [{ key: "all", clouds: NAMES }];
  const sizes = await Promise.all(
    SHARDS.map(async (shard) => {
      const found = await status(POLICIES, clouds, new Date(clock.now()), { shard, accounts });
      return new Set(found.volumes.map(({ cloud }) => cloud)).size;
    }),
  );
  expect(sizes.toSorted()).toEqual([0, 0, NAMES.length]);
});

test("a plan of a shard is applied to that shard, and to no other", async () => {
  const { clouds, clock, held } = await fleetOf(NAMES);
  const shard = { index: 1, count: COUNT };
  const stored = JSON.parse(JSON.stringify(await plan(POLICIES, clouds, new Date(clock.now()), { shard })));
  await expect(apply(stored, POLICIES, clouds, { clock, shard: { index: 0, count: 3 } })).rejects.toThrow(
    "the plan is of another shard\nplan.shard: the plan has shard 1/3; now: shard 0/3",
  );
  const other = { key: "one", clouds: ["account-0", "account-1"] };
  await expect(apply(stored, POLICIES, clouds, { clock, accounts: [other] })).rejects.toThrow("plan.shard");
  const whole = JSON.parse(JSON.stringify(await plan(POLICIES, clouds, new Date(clock.now()))));
  await expect(apply(whole, POLICIES, clouds, { clock, shard })).rejects.toThrow(
    "no shard: it is about all clouds",
  );
  expect(held()).toEqual([]);
  const report = await apply(stored, POLICIES, clouds, { clock });
  expect(report.plan.shard).toEqual(stored.shard);
  expect(report.totals.created).toBe(inShard(shard).length * 2);
  expect(held()).toHaveLength(inShard(shard).length * 2);
});

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
      /^shard 0\/3 was looked at 2026-05-10T.*Z, and slots of \d+ of its volumes have come due since, by 2026-05-11T.*run status of it again$/,
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
