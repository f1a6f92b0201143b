import { PolyvolError } from "@polyvol/core";
import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { type BackupPlan, parsePlan, parsePolicies, plan, snapshotName } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { NIGHTLY, planNow, sleepUntil, takeNights } from "../support/nights.ts";
import { fates, nightly, volumeIn } from "../support/shapes.ts";

test.each<[string, readonly unknown[], string]>([
  [
    "policies that are not parsed",
    [{ nightly: nightly() }, {}, new Date()],
    "policies: found an object, allowed: what parsePolicies gives",
  ],
  [
    "one storage in place of clouds by name",
    [NIGHTLY, { provider: "memory" }, new Date()],
    'clouds.provider: found "memory", allowed: a storage, or the error why there is none',
  ],
  ["a text as date", [NIGHTLY, {}, "2026-05-01"], 'now: found "2026-05-01", allowed: a Date'],
])("%s: what was given is said, and what belongs there", async (_, given, message) => {
  await expect(plan(...(given as unknown as Parameters<typeof plan>))).rejects.toThrow(message);
});

describe("what a plan says", () => {
  test("one snapshot for the newest due slot, and each fate with its reason", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = world.open();
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06", "2026-05-07"]);
    await sleepUntil(world, "2026-05-07T12:00:00Z");
    await clouds.do.snapshots.create({ volumeId: db, name: "before the upgrade" });
    await sleepUntil(world, "2026-05-10T03:30:00Z");
    const made = await planNow(world);
    const volume = volumeIn(made, "db");
    expect(fates(volume)).toEqual({
      "2026-05-10T03:00": "create",
      "before the upgrade": "keep: no policy owns it: its name is not ours",
      "2026-05-07T03:00": "keep: daily 2026-05-07 (2 of 3)",
      "2026-05-06T03:00": "keep: daily 2026-05-06 (3 of 3)",
      "2026-05-05T03:00": "delete",
    });
    expect(volume.create[0]).toMatchObject({
      policyId: "nightly",
      name: snapshotName("polyvol", "nightly", db, new Date("2026-05-10T03:00:00Z")),
      reason:
        "slot 2026-05-10T03:00:00.000Z is due; the newest good snapshot is of slot 2026-05-07T03:00:00.000Z; " +
        "2 slots between were missed",
    });
    expect(volume.delete[0]?.reason).toBe("no rule of policy nightly keeps it: daily 3");
    expect(volume.policies[0]?.missed).toEqual({
      count: 2,
      more: false,
      first: "2026-05-08T03:00:00.000Z",
      last: "2026-05-09T03:00:00.000Z",
    });
    expect(made.totals).toEqual({ create: 1, delete: 1, keep: 3 });
    expect(made.problems).toEqual([]);
  });

  test("is plain JSON, the same for the same world, and reads back", async () => {
    const world = createMemoryWorld("2026-05-10T03:30:00Z");
    await makeVolumes(world.open().do, ["db", "web"]);
    await makeVolumes(world.open().scp, ["db"]);
    const now = new Date(world.clock.now());
    const one = await plan(NIGHTLY, world.open(), now);
    const other = await plan(NIGHTLY, new Map(Object.entries(world.open()).reverse()), now);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(parsePlan(JSON.parse(JSON.stringify(one)))).toEqual(one);
    let deep: unknown = [];
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    for (const wrong of [deep, { ...one, problems: [{ code: "x", message: "x", effect: "x", deep }] }]) {
      expect(() => parsePlan(wrong)).toThrow("plan: found what is nested too deeply");
    }
  });

  test("does not depend on the order of listings", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const reversed = createMemoryWorld("2026-05-01T00:00:00Z", { do: { order: "newest_first" } });
    const plans: BackupPlan[] = [];
    for (const each of [world, reversed]) {
      const clouds = each.open();
      const { db = "" } = await makeVolumes(clouds.do, ["db", "web"]);
      await takeNights(each, clouds.do, db, ["2026-05-05", "2026-05-06", "2026-05-07", "2026-05-08"]);
      plans.push(await plan(NIGHTLY, clouds, new Date("2026-05-09T04:00:00Z")));
    }
    expect(JSON.stringify(plans[1])).toBe(JSON.stringify(plans[0]));
  });

  test("nothing is due after a run, or before the first slot that is later than the newest snapshot", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = world.open();
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-05"]);
    await sleepUntil(world, "2026-05-06T02:59:59Z");
    expect((await planNow(world)).totals).toEqual({ create: 0, delete: 0, keep: 1 });
    await sleepUntil(world, "2026-05-06T03:00:00Z");
    expect((await planNow(world)).totals).toEqual({ create: 1, delete: 0, keep: 1 });
  });

  test("a new prefix neither orphans old snapshots nor makes a slot due again", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = world.open();
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06"]);
    const renamed = parsePolicies({
      nightly: nightly({ prefix: "b-{cloud}-{volume}", retention: { last: 1 } }),
    });
    expect((await planNow(world, renamed)).totals).toEqual({ create: 0, delete: 1, keep: 1 });
    await sleepUntil(world, "2026-05-07T03:00:00Z");
    const [creation] = volumeIn(await planNow(world, renamed), "db").create;
    expect(creation?.name).toMatch(/^b-do-db-nightly-20260507T030000Z-/);
  });

  test("one volume in two policies: each judges its own snapshots", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = world.open();
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06", "2026-05-07"]);
    await sleepUntil(world, "2026-05-07T12:00:00Z");
    const noon = nightly({ schedule: { cron: "0 12 * * *", timezone: "UTC" }, retention: { last: 1 } });
    const both = parsePolicies({ nightly: nightly({ retention: { last: 2 } }), noon });
    const volume = volumeIn(await planNow(world, both), "db");
    expect(volume.create.map(({ policyId }) => policyId)).toEqual(["noon"]);
    expect(volume.delete.map(({ slot }) => slot)).toEqual(["2026-05-05T03:00:00.000Z"]);
  });

  test("snapshots of a policy that is gone are kept and said to be", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = world.open();
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-05", "2026-05-06"], "retired");
    const { keep, delete: deletions } = volumeIn(await planNow(world), "db");
    expect(deletions).toEqual([]);
    expect(keep.map(({ reasons }) => reasons)).toEqual(
      Array(2).fill(["owned by policy retired, which does not choose this volume or is gone"]),
    );
  });
});

describe("clouds that cannot be read", () => {
  test("wrong credentials for one of three: the others go on", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { do: one, scp } = world.open();
    await makeVolumes(one, ["db"]);
    await makeVolumes(scp, ["db"]);
    const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
    const made = await planNow(world, NIGHTLY, { one, scp, locked });
    expect(made.volumes.map(({ cloud }) => cloud)).toEqual(["one", "scp"]);
    expect(made.problems).toMatchObject([
      { code: "unauthenticated", cloud: "locked", effect: "nothing_done" },
    ]);
  });

  test("one that is down, and one that could not be opened", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { do: one, scp } = world.open();
    await makeVolumes(scp, ["db"]);
    world.accounts.do.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
    const closed = new PolyvolError("invalid_argument", "no token: set DIGITALOCEAN_TOKEN");
    const made = await planNow(world, NIGHTLY, { closed, one, scp });
    expect(made.volumes.map(({ cloud }) => cloud)).toEqual(["scp"]);
    expect(made.problems).toMatchObject([
      { code: "invalid_argument", cloud: "closed", message: expect.stringContaining("no token") },
      { code: "unavailable", cloud: "one", retryable: true },
    ]);
  });

  test.each([
    [-180_000, /clock is 3min behind the provider's; allowed: 2min/],
    // Told in whole seconds, cut off: it may be almost one second less.
    [180_000, /clock is 2min 59s ahead of the provider's; allowed: 2min/],
    [119_000, undefined],
  ])("a clock that is off by %d ms", async (offset, message) => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    await makeVolumes(world.open().do, ["db"]);
    const clock = { ...world.clock, now: () => world.clock.now() + offset };
    const made = await planNow(world, NIGHTLY, { do: world.open({ clock }).do });
    if (message === undefined) expect(made.problems).toEqual([]);
    else {
      expect(made.problems).toMatchObject([
        { code: "failed_precondition", message: expect.stringMatching(message) },
      ]);
      expect(made.totals.create).toBe(0);
    }
  });
});
