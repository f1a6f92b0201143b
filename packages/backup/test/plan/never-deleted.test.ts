import { expect, test } from "vitest";
import { hold, parsePolicies, plan, run, snapshotName } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { planNow, sleepUntil, takeNights } from "../support/nights.ts";
import { fates, nightly, volumeIn } from "../support/shapes.ts";

async function fiveNights(keys: Parameters<typeof nightly>[0] = {}) {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  const days = ["2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07", "2026-05-08"];
  const ids = await takeNights(world, clouds.do, db, days);
  await sleepUntil(world, "2026-05-09T03:00:00Z");
  const policies = parsePolicies({ nightly: nightly({ retention: { last: 4 }, ...keys }) });
  return { world, clouds, ids, db, policies };
}

test("without anything special, two of six go", async () => {
  const { world, policies } = await fiveNights();
  expect((await planNow(world, policies)).totals).toEqual({ create: 1, delete: 2, keep: 3 });
});

test("held ones", async () => {
  const { world, clouds, ids, policies } = await fiveNights();
  await hold(clouds.do, ids[0] ?? "");
  const volume = volumeIn(await planNow(world, policies), "db");
  expect(fates(volume)).toMatchObject({ "2026-05-04T03:00": "keep: hold", "2026-05-05T03:00": "delete" });
});

test("more than the allowed share in one run: the oldest up to it go, and it is said", async () => {
  const { world, policies } = await fiveNights({ retention: { last: 2 } });
  const made = await planNow(world, policies);
  expect(made.totals).toEqual({ create: 1, delete: 3, keep: 2 });
  expect(fates(volumeIn(made, "db"))).toMatchObject({
    "2026-05-04T03:00": "delete",
    "2026-05-06T03:00": "delete",
    "2026-05-07T03:00": expect.stringContaining("keep: brake: 4 of 6"),
  });
  expect(volumeIn(made, "db").policies[0]?.braked).toBe(1);
  expect(made.problems).toMatchObject([
    {
      code: "failed_precondition",
      effect: "attention",
      policyId: "nightly",
      message:
        "policy nightly: only the oldest 3 are deleted: 4 of 6 good snapshots would go in one run, 66.7 %; " +
        "allowed: 50 % (brakes.maxShare); the other 1 go by and by with new snapshots, or at once by " +
        "liftBrake (--lift-brake)",
    },
  ]);
  const lifted = await plan(policies, world.open(), new Date(world.clock.now()), { liftBrake: true });
  expect(lifted).toMatchObject({
    liftBrake: true,
    problems: [],
    totals: { create: 1, delete: 4, keep: 1 },
  });
  const { policies: wider } = await fiveNights({ retention: { last: 2 }, brakes: { maxShare: 0.7 } });
  expect((await planNow(world, wider)).totals).toEqual({ create: 1, delete: 4, keep: 1 });
});

test("above the share, without a new snapshot, none: a timer that runs often cannot use it up", async () => {
  const { world, clouds, policies } = await fiveNights({ retention: { last: 2 } });
  await run(policies, clouds, { clock: world.clock });
  const harder = parsePolicies({ nightly: nightly({ retention: { last: 1 }, brakes: { maxShare: 0.3 } }) });
  const made = await planNow(world, harder);
  expect(made.totals).toMatchObject({ create: 0, delete: 0 });
  expect(made.problems).toMatchObject([{ effect: "nothing_deleted", policyId: "nightly" }]);
  expect(made.problems[0]?.message).toContain("its share goes with the next new snapshot");
});

test("those younger than the minimum age", async () => {
  const { world, policies } = await fiveNights({ brakes: { minAge: "4d12h" } });
  expect(fates(volumeIn(await planNow(world, policies), "db"))).toMatchObject({
    "2026-05-04T03:00": "delete",
    "2026-05-05T03:00": "keep: minimum age: 4d of 4d 12h",
  });
});

test("where the provider does not tell its time, those younger than the minimum age by what it has made itself", async () => {
  const { world, clouds, policies } = await fiveNights({ brakes: { minAge: "3d12h" } });
  const checkHealth: typeof clouds.do.checkHealth = async (options) => {
    const { clockSkewMs: _, serverTime: __, ...health } = await clouds.do.checkHealth(options);
    return health;
  };
  const timeless = { do: { ...clouds.do, checkHealth } };
  // The clock of this machine is ahead, and nothing says so.
  const ahead = new Date(world.clock.now() + 10 * 86_400_000);
  for (const now of [ahead, new Date(world.clock.now())]) {
    expect(fates(volumeIn(await plan(policies, timeless, now), "db"))).toMatchObject({
      "2026-05-04T03:00": "delete",
      "2026-05-05T03:00": "keep: minimum age: 3d of 3d 12h",
    });
  }
});

test("the last good one, whatever the rules", async () => {
  const { world, clouds, db } = await fiveNights();
  const far = parsePolicies({
    nightly: nightly({
      schedule: { cron: "0 0 1 1 *", timezone: "UTC" },
      retention: { keepTags: [["gold"]] },
      brakes: { maxShare: 1 },
    }),
  });
  const made = await planNow(world, far);
  expect(made.totals.delete).toBe(0);
  expect(made.problems).toMatchObject([{ code: "failed_precondition", effect: "nothing_deleted" }]);
  expect(made.problems[0]?.message).toContain("no rule of the policy keeps any good snapshot");
  expect((await clouds.do.snapshots.list({ volumeId: db }).toArray()).length).toBe(5);
});

test("for failed ones: they do not count, and go", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z", { do: { mode: "state", asynchronous: true } });
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06"]);
  world.accounts.do.inject({ on: "createSnapshot", effect: "break" });
  await expect(takeNights(world, clouds.do, db, ["2026-05-07"])).rejects.toThrow();
  const policies = parsePolicies({ nightly: nightly({ retention: { last: 2 } }) });
  await sleepUntil(world, "2026-05-08T03:00:00Z");
  expect(fates(volumeIn(await planNow(world, policies), "db"))).toEqual({
    "2026-05-08T03:00": "create",
    "2026-05-07T03:00": "delete",
    "2026-05-06T03:00": "keep: last (2 of 2)",
    "2026-05-05T03:00": "delete",
  });
});

test("one of a slot in the future, which only a wrong clock makes; and it stops no backup", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06"]);
  await world.clock.sleep(600_000);
  const name = snapshotName("polyvol", "nightly", db, new Date("2031-01-01T03:00:00Z"));
  await clouds.do.snapshots.create({ volumeId: db, name });
  await sleepUntil(world, "2026-05-07T03:00:00Z");
  const policies = parsePolicies({
    nightly: nightly({ retention: { last: 1 }, brakes: { maxShare: 0.7 } }),
  });
  expect(fates(volumeIn(await planNow(world, policies), "db"))).toEqual({
    "2026-05-07T03:00": "create",
    "2031-01-01T03:00": "keep: its slot is in the future: not counted and not removed",
    "2026-05-06T03:00": "delete",
    "2026-05-05T03:00": "delete",
  });
});

test("those whose volume is gone", async () => {
  const { world, clouds, db, policies } = await fiveNights();
  await clouds.do.volumes.delete(db);
  const made = await planNow(world, policies);
  expect(made.volumes).toEqual([]);
  expect(made.totals).toEqual({ create: 0, delete: 0, keep: 0 });
});

test("surplus of one name, which is reported", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.scp, ["db"]);
  await takeNights(world, clouds.scp, db, ["2026-05-05", "2026-05-06"]);
  const name = snapshotName("polyvol", "nightly", db, new Date("2026-05-07T03:00:00Z"));
  await sleepUntil(world, "2026-05-07T03:00:00Z");
  // A request whose effect comes much later than the provider is believed to need.
  world.accounts.scp.inject({ on: "createSnapshot", effect: "commit_late", ms: 60_000 });
  await clouds.scp.snapshots.create({ volumeId: db, name });
  await world.clock.sleep(120_000);
  const policies = parsePolicies({ nightly: nightly({ retention: { last: 2 } }) });
  const made = await planNow(world, policies);
  const [problem] = made.problems;
  expect(problem).toMatchObject({ code: "conflict", effect: "attention", snapshotName: name });
  expect(problem?.message).toMatch(
    /several snapshots are named .*: snapshot-\d+, snapshot-\d+; where a later run says so, too, delete all but one/,
  );
  const volume = volumeIn(made, "db", "scp");
  expect(volume.keep.filter((each) => each.name === name).map(({ reasons }) => reasons.join())).toEqual(
    expect.arrayContaining([`surplus: another snapshot is named ${name}, too`, "last (1 of 2)"]),
  );
  expect(volume.create).toEqual([]);
  expect(volume.delete.map(({ slot }) => slot)).toEqual(["2026-05-05T03:00:00.000Z"]);
});
