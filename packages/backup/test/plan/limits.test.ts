import { describe, expect, test } from "vitest";
import {
  type BackupPlan,
  hold,
  type PlannedKeep,
  type PolicyDefinition,
  parsePolicies,
  plan,
} from "../../src/index.ts";
import { orderSteps } from "../../src/plan/step-order.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly, volumeIn } from "../support/shapes.ts";

async function planFor(
  world: MemoryWorld,
  definitions: Record<string, PolicyDefinition>,
): Promise<BackupPlan> {
  return await plan(parsePolicies(definitions), { do: world.open().do }, new Date(world.clock.now()));
}

async function oneVolume(): Promise<{
  world: MemoryWorld;
  db: string;
  clouds: ReturnType<MemoryWorld["open"]>;
}> {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  return { world, db, clouds };
}

describe("snapshots of one volume, 25 at DigitalOcean", () => {
  test("24 and a new one fit", async () => {
    const { world } = await oneVolume();
    const made = await planFor(world, { nightly: nightly({ retention: { last: 24 } }) });
    expect(made.problems).toEqual([]);
    expect(made.totals.create).toBe(1);
  });

  test("what policies can never do is refused with the sum", async () => {
    const { world } = await oneVolume();
    const noon = nightly({
      schedule: { cron: "0 12 * * *", timezone: "UTC" },
      retention: { daily: 7, weekly: 4 },
    });
    const made = await planFor(world, {
      nightly: nightly({ retention: { daily: 7, weekly: 4, monthly: 6 } }),
      noon,
    });
    expect(made.totals.create).toBe(0);
    expect(made.problems).toMatchObject([{ code: "out_of_range", effect: "nothing_done" }]);
    expect(made.problems[0]?.message).toBe(
      "volume db (volume-000001) on do: 15 policy nightly (daily 7 + weekly 4 - 1 + monthly 6 - 1) + " +
        "10 policy noon (daily 7 + weekly 4 - 1) + 1 new, made before an old one goes = 26 snapshots; " +
        "digitalocean allows 25 of one volume",
    );
  });

  test("what others have added is said, and backups go on while there is room", async () => {
    const { world, db, clouds } = await oneVolume();
    const [first = ""] = await takeNights(world, clouds.do, db, ["2026-05-05"]);
    await hold(clouds.do, first);
    await sleepUntil(world, "2026-05-06T01:00:00Z");
    await clouds.do.snapshots.create({ volumeId: db, name: "before the upgrade" });
    await sleepUntil(world, "2026-05-06T03:00:00Z");
    const made = await planFor(world, { nightly: nightly({ retention: { last: 23 } }) });
    expect(made.problems).toMatchObject([{ code: "out_of_range", effect: "attention" }]);
    expect(made.problems[0]?.message).toContain(
      "23 policy nightly (last 23) + 1 that no policy here owns + 1 held + 1 new, made before an old one goes = 26",
    );
    expect(made.totals.create).toBe(1);
  });

  test("a volume that is full is refused", async () => {
    const { world, db, clouds } = await oneVolume();
    for (let count = 1; count <= 25; count += 1) {
      await clouds.do.snapshots.create({ volumeId: db, name: `by hand ${count}` });
      await world.clock.sleep(600_000);
    }
    const made = await planFor(world, { nightly: nightly() });
    expect(made.totals.create).toBe(0);
    expect(made.problems.map(({ code }) => code)).toEqual(["out_of_range", "resource_exhausted"]);
    expect(made.problems[1]?.message).toContain(
      "25 snapshots + 1 new = 26; digitalocean allows 25 of one volume",
    );
  });

  test("one that an earlier run has begun needs no room", () => {
    const creation = { policyId: "nightly", slot: "2026-05-09T03:00:00.000Z", name: "begun", reason: "due" };
    const kept = (name: string): PlannedKeep => ({
      snapshotId: name,
      name,
      createdAt: creation.slot,
      reasons: [""],
    });
    const limits = { ...createMemoryWorld("2026-05-01T00:00:00Z").open().do.capabilities.limits };
    const volume = { create: [creation], delete: [], keep: ["a", "b", "begun"].map(kept) };
    expect(orderSteps(volume, { ...limits, snapshotsPerVolume: 2 })).toEqual([{ kind: "create", creation }]);
  });

  test("elsewhere, where no limit is known, nothing is refused", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    await makeVolumes(world.open().scp, ["db"]);
    const policies = parsePolicies({ nightly: nightly({ retention: { last: 500 } }) });
    const made = await plan(policies, { scp: world.open().scp }, new Date(world.clock.now()));
    expect(made.problems).toEqual([]);
  });
});

describe("the gap between two snapshots of one volume, ten minutes at DigitalOcean", () => {
  test("two policies at the same time are made one after the other", async () => {
    const { world } = await oneVolume();
    await sleepUntil(world, "2026-05-03T03:00:00Z");
    const made = await planFor(world, {
      nightly: nightly(),
      weekly: nightly({ schedule: { cron: "0 3 * * 0", timezone: "UTC" }, retention: { weekly: 4 } }),
    });
    expect(made.problems).toEqual([]);
    expect(made.totals.create).toBe(2);
    expect(made.clouds[0]?.shortestMs).toBe(600_000);
  });

  test("policies that leave no time for that are refused", async () => {
    const { world } = await oneVolume();
    const made = await planFor(world, {
      often: nightly({ schedule: { cron: "*/15 * * * *", timezone: "UTC" }, retention: { last: 3 } }),
      oftener: nightly({ schedule: { every: "15min", timezone: "UTC" }, retention: { last: 3 } }),
    });
    expect(made.totals.create).toBe(0);
    expect(made.problems).toMatchObject([{ code: "out_of_range", effect: "nothing_done" }]);
    expect(made.problems[0]?.message).toBe(
      "volume db (volume-000001) on do: policy often has a slot at 2026-05-01T00:00:00.000Z, " +
        "policy oftener at 2026-05-01T00:00:00.000Z: 0s apart; digitalocean allows one snapshot of a volume every " +
        "10min; made one after the other, they are not done before the next slot, and so it is with 200 of 200 slots " +
        "of policy often",
    );
  });

  test("so is one that asks for more than one in ten minutes", async () => {
    const { world } = await oneVolume();
    const made = await planFor(world, {
      often: nightly({ schedule: { every: "5min", timezone: "UTC" }, retention: { last: 3 } }),
    });
    expect(made.problems[0]?.message).toContain("policy often has slots at");
    expect(made.problems[0]?.message).toContain("5min apart");
  });
});

describe("what a run costs", () => {
  test("requests and the shortest time under the quotas", async () => {
    const world = createMemoryWorld("2026-05-01T04:00:00Z");
    const clouds = world.open();
    await makeVolumes(
      clouds.do,
      Array.from({ length: 400 }, (_, index) => `v${index}`),
    );
    await makeVolumes(clouds.scp, ["db"]);
    const made = await plan(parsePolicies({ nightly: nightly() }), clouds, new Date(world.clock.now()));
    expect(made.clouds).toEqual([
      {
        cloud: "do",
        provider: "digitalocean",
        volumes: 400,
        requests: { read: 4, create: 400, delete: 0, total: 404 },
        shortestMs: 60_000,
      },
      {
        cloud: "scp",
        provider: "samsung-scp",
        volumes: 1,
        requests: { read: 3, create: 4, delete: 0, total: 7 },
        shortestMs: 0,
      },
    ]);
  });

  test("two creations of one volume take the gap", async () => {
    const world = createMemoryWorld("2026-05-01T13:00:00Z");
    await makeVolumes(world.open().do, ["db"]);
    const noon = nightly({ schedule: { cron: "0 12 * * *", timezone: "UTC" } });
    const made = await planFor(world, { nightly: nightly(), noon });
    expect(volumeIn(made, "db").create.map(({ policyId }) => policyId)).toEqual(["nightly", "noon"]);
    expect(made.clouds[0]?.shortestMs).toBe(600_000);
  });

  test("and so does one after a snapshot that somebody else made a while ago", async () => {
    const world = createMemoryWorld("2026-05-01T12:57:00Z");
    const clouds = world.open();
    const { db: volumeId = "" } = await makeVolumes(clouds.do, ["db"]);
    await clouds.do.snapshots.create({ volumeId, name: "by-hand" });
    await sleepUntil(world, "2026-05-01T13:00:00Z");
    const made = await planFor(world, { nightly: nightly() });
    expect(volumeIn(made, "db").create).toHaveLength(1);
    expect(made.clouds[0]?.shortestMs).toBe(420_000);
  });
});
