import type { BlockStorage } from "@polyvol/core";
import { expect, test } from "vitest";
import {
  apply,
  audit,
  backupMetrics,
  cloudsInShard,
  parsePolicies,
  plan,
  prune,
  run,
  type Shard,
  status,
} from "../../src/index.ts";
import { nightly } from "../support/shapes.ts";
import { COUNT, fleetOf, NAMES, POLICIES, SHARDS } from "../support/shards.ts";

const DAY = 86_400_000;

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
