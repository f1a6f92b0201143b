import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { shardOf } from "@polyvol/backup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 1 }
`;

let clouds: Clouds;
/** The name of an account that is in this shard of two. */
const accountIn = (index: number): string =>
  [..."abcdefghijkl"].find((name) => shardOf(name, 2) === index) ?? "";
const [first, second] = [accountIn(0), accountIn(1)];

beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "web", region: "nyc3", size_gigabytes: 10 }] });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 64 }] });
  const text = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const config = parse(text) as { clouds: Record<string, object> };
  for (const [cloud, account] of [
    ["ocean", first],
    ["samsung", second],
  ] as const) {
    config.clouds[cloud] = { ...config.clouds[cloud], account };
  }
  await clouds.write("polyvol.config.yaml", `${stringify(config)}${POLICIES}`);
});
afterAll(() => clouds.close());

const { TOKEN = "", ...REST } = ENV;

test("a shard needs no credentials of another, does its own part, and says which it is", async () => {
  const listed = JSON.parse((await clouds.run("clouds list -o json")).out);
  expect(listed.map(({ account }: { account: string }) => account)).toEqual([first, second]);

  const planned = await clouds.run("backup plan --shard 0/2", { TOKEN });
  expect([planned.code, planned.err]).toEqual([0, ""]);
  expect(planned.out).toContain("1 volume: 1 to create, 0 to delete, 0 to keep.");
  expect(planned.out).toContain("Shard 0/2: 1 of 2 accounts.\n");

  const run = await clouds.run("backup run --shard auto/2 -o json", { TOKEN, JOB_COMPLETION_INDEX: "0" });
  expect(run.code).toBe(0);
  const report = JSON.parse(run.out);
  expect(report.totals).toEqual({ created: 1, deleted: 0, left: 0 });
  expect(report.plan.shard).toMatchObject({ index: 0, count: 2, accounts: 1, accountsInAll: 2 });

  await clouds.run("backup run --shard 0/2 --record runs.jsonl", { TOKEN });
  const [line = ""] = (await readFile(join(clouds.folder, "runs.jsonl"), "utf8")).split("\n");
  expect(JSON.parse(line)).toMatchObject({ kind: "run", ok: true, shard: { index: 0, count: 2 } });

  const audit = await clouds.run("backup audit --shard 1/2", REST);
  expect([audit.code, audit.out]).toEqual([0, "No findings.\nShard 1/2: 1 of 2 accounts.\n"]);
  const without = await clouds.run("backup status --shard 1/2", { TOKEN });
  expect(without.code).toBe(2);
  expect(without.err).toContain("samsung");
});

test("a plan of a shard is applied to it", async () => {
  expect((await clouds.run("backup plan --shard 1/2 --save one.json", REST)).code).toBe(0);
  const applied = await clouds.run("backup apply one.json", REST);
  expect(applied.code).toBe(0);
  expect(applied.out).toContain("1 volume: 1 created, 0 deleted, 0 left.\nShard 1/2: 1 of 2 accounts.\n");
});

test("status --merge: all shards together, without a configuration", async () => {
  for (const index of [0, 1]) {
    const { out } = await clouds.run(`backup status --shard ${index}/2 -o json`);
    await clouds.write(`shard-${index}.json`, out);
  }
  const both = await clouds.run("backup status --merge shard-0.json shard-1.json -c none.yaml");
  expect(both.code).toBe(0);
  expect(both.out).toContain("fresh: 2 fresh, 0 late, 0 missing, 0 new.\n2 of 2 shards.\n");
  expect(both.out).toMatch(/ocean +web/);
  expect(both.out).toMatch(/samsung +erp/);

  const one = await clouds.run("backup status --merge shard-1.json -o json");
  expect(one.code).toBe(1);
  expect(JSON.parse(one.out)).toMatchObject({
    verdict: "failed",
    shards: { count: 2, missing: [0], repeated: [] },
  });
  expect(one.err).toContain("shard 0/2 missing: nothing is known of the accounts there");
  const twice = await clouds.run("backup status --merge shard-0.json shard-0.json shard-1.json");
  expect(twice.code).toBe(1);
  expect(twice.err).toContain("shard 0/2 given more than once: the newest counts");

  const report = JSON.parse(await readFile(join(clouds.folder, "shard-0.json"), "utf8"));
  const [volume] = report.volumes;
  const late = {
    ...report,
    verdict: "stale",
    counts: { ...report.counts, fresh: 0, late: 1 },
    volumes: [{ ...volume, freshness: "late" }],
  };
  await clouds.write("late.json", JSON.stringify(late));
  const stale = await clouds.run("backup status --merge late.json shard-1.json");
  expect(stale.code).toBe(4);
  expect(stale.out).toContain("stale: 1 fresh, 1 late, 0 missing, 0 new.");
});

test("status --merge: a report of last week is not told as fresh", async () => {
  for (const index of [0, 1]) {
    const { out } = await clouds.run(`backup status --shard ${index}/2 -o json`);
    await clouds.write(`shard-${index}.json`, out);
  }
  const report = JSON.parse(await readFile(join(clouds.folder, "shard-0.json"), "utf8"));
  const week = 7 * 86_400_000;
  const before = (instant: string): string => new Date(Date.parse(instant) - week).toISOString();
  const volumes = report.volumes.map((each: { nextSlot: string; deadline: string }) => ({
    ...each,
    nextSlot: before(each.nextSlot),
    deadline: before(each.deadline),
  }));
  await clouds.write("old.json", JSON.stringify({ ...report, now: before(report.now), volumes }));
  const found = await clouds.run("backup status --merge old.json shard-1.json");
  expect(found.code).toBe(1);
  expect(found.err).toMatch(/shard 0\/2 was looked at .* are late since.*run status of it again/s);
});

test.each([
  ["backup run --shard 2/2", "--shard: found 2/2; allowed: an index from 0 to 1, as indices count from 0"],
  ["backup status --shard 1", '--shard: found "1"; allowed: INDEX/COUNT such as 0/4'],
  ["backup audit --shard auto", "--shard: found auto, and no variable of an array job"],
  ["backup plan --shard auto/2", "--shard auto/2: JOB_COMPLETION_INDEX: found"],
  ["backup status --merge none.json", "none.json: found no such file"],
  ["backup status --merge whole.json --watch", "--watch does not go with --merge"],
  ["backup status --merge polyvol.config.yaml", "found text that is not JSON"],
  ["backup status --merge whole.json", "whole.json: shard: found nothing: it is about all clouds"],
  ["backup status --merge shard-0.json other.json", "other.json: shard.count: found 3, allowed: 2"],
  ["backup status --merge shard-0.json --shard 0/2", "--shard does not go with --merge"],
  ["backup status --merge shard-0.json --policy nightly", "--policy does not go with --merge"],
  ["backup status --merge shard-0.json -o prometheus", "-o prometheus does not go with --merge"],
])("%s is refused in words", async (command, message) => {
  await clouds.write("whole.json", (await clouds.run("backup status -o json")).out);
  await clouds.write("other.json", (await clouds.run("backup status --shard 0/3 -o json")).out);
  const env = command.includes("plan") ? { ...ENV, JOB_COMPLETION_INDEX: "first" } : ENV;
  const { code, err } = await clouds.run(command, env);
  expect(code).toBe(2);
  expect(err.replaceAll("; allowed", ", allowed")).toContain(message.replaceAll("; allowed", ", allowed"));
});
