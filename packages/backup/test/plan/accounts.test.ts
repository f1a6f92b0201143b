import { createMemoryStorage } from "@polyvol/memory";
import { expect, test } from "vitest";
import {
  audit,
  backupMetrics,
  backupReport,
  drill,
  drillEntry,
  parsePolicies,
  plan,
  restore,
  run,
  status,
} from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

/** One account under two names, as when somebody writes a cloud for each region. */
async function oneAccountTwice() {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const { do: ams, scp } = world.open();
  const nyc = createMemoryStorage({ account: world.accounts.do });
  await makeVolumes(ams, ["db", "web"]);
  await makeVolumes(scp, ["db"]);
  await sleepUntil(world, "2026-05-09T03:10:00Z");
  return { world, clouds: { ams, nyc, scp } };
}

test("two clouds that are one account: said, planned, run and counted once", async () => {
  const { world, clouds } = await oneAccountTwice();
  const policies = parsePolicies({
    nightly: nightly({ prefix: "polyvol-{cloud}" }),
    weekly: nightly({
      select: { cloud: "nyc", name: "db" },
      schedule: { cron: "0 5 * * 6", timezone: "UTC" },
    }),
  });
  const made = await plan(policies, clouds, new Date(world.clock.now()));
  expect(made.volumes.map(({ cloud, volumeName }) => `${cloud} ${volumeName}`)).toEqual([
    "ams db",
    "ams web",
    "scp db",
  ]);
  expect(made.volumes[0]?.policies.map(({ policyId }) => policyId)).toEqual(["nightly", "weekly"]);
  expect(made.problems).toMatchObject([{ code: "conflict", effect: "attention", cloud: "nyc" }]);
  expect(made.problems[0]?.message).toContain(
    "clouds ams and nyc are one account: both show the same volumes (2)",
  );
  const report = await run(policies, clouds, { clock: world.clock });
  expect(report.totals).toMatchObject({ created: 4, left: 0 });
  expect(world.accounts.do.dump().snapshots).toHaveLength(3);
  const found = await status(policies, clouds, new Date(world.clock.now()));
  expect(found).toMatchObject({ verdict: "failed", counts: { fresh: 4 } });
  const audited = await audit(policies, clouds);
  expect(audited.findings).toEqual([]);
  expect(audited.problems).toMatchObject([{ code: "conflict", cloud: "nyc" }]);
});

test("what is left over is found once, and a cloud of the two that is down takes nothing from the other", async () => {
  const { world, clouds } = await oneAccountTwice();
  const some = parsePolicies({ nightly: nightly({ select: { name: "db" } }) });
  const audited = await audit(some, clouds);
  expect(audited.findings).toMatchObject([{ kind: "volume_without_policy", cloud: "ams", names: ["web"] }]);
  const broken = new Error("no credentials");
  const made = await plan(some, { ...clouds, ams: broken }, new Date(world.clock.now()));
  expect(made.volumes.map(({ cloud }) => cloud)).toEqual(["nyc", "scp"]);
});

test("accounts whose volumes only have the same names are two", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const other = createMemoryWorld("2026-05-01T00:00:01Z");
  await makeVolumes(world.open().do, ["db"]);
  await makeVolumes(other.open().do, ["db"]);
  const clouds = { one: world.open().do, two: other.open().do };
  const policies = parsePolicies({ nightly: nightly() });
  const made = await plan(policies, clouds, new Date(world.clock.now()));
  expect(made).toMatchObject({ problems: [], totals: { create: 2 } });
});

test("the report counts what two clouds of one account show once, for whichever of them a policy names", async () => {
  const { world, clouds } = await oneAccountTwice();
  const policies = parsePolicies({
    nightly: nightly({ select: { cloud: ["ams", "nyc"], name: "*" } }),
    weekly: nightly({
      select: { cloud: "nyc", name: "db" },
      schedule: { cron: "0 5 * * 6", timezone: "UTC" },
    }),
  });
  await run(policies, clouds, { clock: world.clock });
  const made = world.accounts.do.dump().snapshots.length;
  await restore({ cloud: "nyc", from: { volumeName: "web" }, newName: "web-back" }, clouds);
  const now = new Date(world.clock.now());
  const drilled = await drill({ cloud: "nyc", from: { volumeName: "db" } }, clouds, { clock: world.clock });
  const record = { entries: [drillEntry(drilled)], aside: [] };
  const report = await backupReport(policies, clouds, now, { record });
  expect(report.proofs.map(({ cloud, by }) => `${cloud} ${by}`).sort()).toEqual(["ams drill", "ams volume"]);
  const sum = (of: readonly { readonly cost?: { readonly snapshots: number } }[]): number =>
    of.reduce((total, { cost }) => total + (cost?.snapshots ?? 0), 0);
  expect(made).toBe(3);
  expect(sum(report.clouds)).toBe(made);
  expect(sum(report.policies)).toBe(made);
  expect(
    report.policies.map((each) => [each.policyId, each.cloud, each.seen ? each.volumes : undefined]),
  ).toEqual([
    ["nightly", "ams", 3],
    ["nightly", "nyc", 0],
    ["weekly", "ams", 1],
    ["weekly", "nyc", 0],
  ]);
});

test("the metrics count a volume under the cloud that it is looked after on, whichever its policy names", async () => {
  const { world, clouds } = await oneAccountTwice();
  const policies = parsePolicies({
    all: nightly({ select: { cloud: "ams", name: "*" } }),
    nightly: nightly({ select: { cloud: "nyc", name: "db" } }),
  });
  const { text } = await backupMetrics(policies, clouds, new Date(world.clock.now()));
  const missing = (cloud: string) =>
    new RegExp(`polyvol_backup_volumes{cloud="${cloud}",policy="nightly",state="missing"} (\\d)`).exec(
      text,
    )?.[1];
  expect([missing("ams"), missing("nyc")]).toEqual(["1", "0"]);
});
