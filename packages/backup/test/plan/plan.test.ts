import { PolyvolError } from "@polyvol/core";
import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { type BackupPlan, hold, parsePlan, parsePolicies, plan, run, snapshotName } from "../../src/index.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { fates, nightly, volumeIn } from "../support/shapes.ts";

const NIGHTLY = parsePolicies({ nightly: nightly() });

function planNow(
  world: MemoryWorld,
  policies = NIGHTLY,
  clouds: Parameters<typeof plan>[1] = world.open(),
): Promise<BackupPlan> {
  return plan(policies, clouds, new Date(world.clock.now()));
}

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

describe("what is never deleted", () => {
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
      /several snapshots are named .*: snapshot-\d+, snapshot-\d+; delete all but one/,
    );
    const volume = volumeIn(made, "db", "scp");
    expect(volume.keep.filter((each) => each.name === name).map(({ reasons }) => reasons.join())).toEqual(
      expect.arrayContaining([`surplus: another snapshot is named ${name}, too`, "last (1 of 2)"]),
    );
    expect(volume.create).toEqual([]);
    expect(volume.delete.map(({ slot }) => slot)).toEqual(["2026-05-05T03:00:00.000Z"]);
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

describe("selectors", () => {
  test("an unknown cloud is refused before any request, with the known ones", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const policies = parsePolicies({ nightly: nightly({ select: { cloud: ["do", "aws"] } }) });
    await expect(planNow(world, policies)).rejects.toThrow(
      'policies.nightly.select.cloud: found "aws", allowed: do, scp',
    );
    expect(world.accounts.do.calls.total).toBe(0);
  });

  test("matching nothing is a failure unless that is meant", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    await makeVolumes(world.open().do, ["db"]);
    const select = { name: "web-*" };
    const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
    expect(made.problems).toMatchObject([{ code: "not_found", policyId: "nightly" }]);
    expect(made.problems[0]?.message).toContain("its selector matches no volume on do, scp");
    const meant = await planNow(world, parsePolicies({ nightly: nightly({ select, allowEmpty: true }) }));
    expect(meant.problems).toEqual([]);
  });

  test("it is not said to match nothing while a cloud is down", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    world.accounts.do.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
    const made = await planNow(world);
    expect(made.problems.map(({ code }) => code)).toEqual(["unavailable"]);
  });

  test("by tags, where the provider returns them; elsewhere it is unsupported", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z", {
      scp: { names: "free", capabilities: { supports: ["snapshots.tags", "volumes.tags"] } },
    });
    const { do: one, scp } = world.open();
    await one.volumes.create({ name: "db", sizeGiB: 8, tags: { env: "prod", gold: "" } });
    await one.volumes.create({ name: "web", sizeGiB: 8, tags: { env: "test" } });
    await scp.volumes.create({ name: "db", sizeGiB: 8, tags: { env: "prod" } });
    const policies = parsePolicies({ nightly: nightly({ select: { tags: ["env:prod", "gold"] } }) });
    const made = await planNow(world, policies);
    expect(made.volumes.map(({ cloud, volumeName }) => `${cloud} ${volumeName}`)).toEqual(["do db"]);
    expect(made.problems).toMatchObject([{ code: "unsupported", cloud: "scp", policyId: "nightly" }]);
    expect(made.problems[0]?.message).toContain("does not return the tags of volumes");
  });

  test("by id: one that nobody has is reported, the others are backed up", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { db = "" } = await makeVolumes(world.open().do, ["db", "web"]);
    const made = await planNow(
      world,
      parsePolicies({ nightly: nightly({ select: { id: [db, "nobody"], cloud: "do" } }) }),
    );
    expect(made.totals.create).toBe(1);
    expect(made.problems).toMatchObject([{ code: "not_found", effect: "attention" }]);
    expect(made.problems[0]?.message).toContain("no volume on do has the id nobody");
  });

  test("each name, pattern, id and cloud that nothing fits is said, and the others are backed up", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { orders = "" } = await makeVolumes(world.open().do, ["orders", "web-1"]);
    const select = { name: ["orders", "custmers", "web-*", "app-?"], cloud: ["do", "scp"] };
    const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
    expect(made.totals.create).toBe(2);
    expect(made.problems).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "not_found", effect: "attention", policyId: "nightly" })),
    );
    expect(made.problems.map(({ message }) => message.split(";")[0])).toEqual([
      'policy nightly: no volume on do, scp fits the name "custmers"',
      'policy nightly: no volume on do, scp fits the name "app-?"',
      "policy nightly: no volume on the cloud scp, which select.cloud names, is chosen",
    ]);
    const both = { id: [orders], name: ["orders", "web-1"] };
    const narrowed = await planNow(world, parsePolicies({ nightly: nightly({ select: both }) }));
    expect(narrowed.problems.map(({ message }) => message.split(";")[0])).toEqual([
      'policy nightly: no volume on do, scp fits the name "web-1"',
    ]);
    const meant = await planNow(world, parsePolicies({ nightly: nightly({ select, allowEmpty: true }) }));
    expect(meant.problems).toEqual([]);
  });

  test("no entry is said to fit nothing while a cloud is down", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    await makeVolumes(world.open().do, ["orders"]);
    world.accounts.scp.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
    const select = { name: ["orders", "custmers"] };
    const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
    expect(made.problems.map(({ code }) => code)).toEqual(["unavailable"]);
  });

  test("volumes in use, where the policy wants them at rest", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { do: one } = world.open();
    const { db = "" } = await makeVolumes(one, ["db", "web"]);
    await one.volumes.attach(db, "server-1");
    const made = await planNow(world, parsePolicies({ nightly: nightly({ allowAttached: false }) }), { one });
    expect(made.totals.create).toBe(1);
    expect(made.problems).toMatchObject([
      { code: "failed_precondition", volumeId: db, effect: "nothing_done" },
    ]);
    expect(made.problems[0]?.message).toContain("attached to server-1");
  });

  test("a volume that its state alone says to be in use", async () => {
    const world = createMemoryWorld("2026-05-10T04:00:00Z");
    const { do: one } = world.open();
    const { db = "" } = await makeVolumes(one, ["db"]);
    const rewrite = (resource: Readonly<Record<string, unknown>>): typeof resource => ({
      ...resource,
      state: "in_use",
      providerState: "in_use",
    });
    world.accounts.do.inject({
      on: "listVolumes",
      effect: "rewrite",
      rewrite,
      count: Number.POSITIVE_INFINITY,
    });
    const made = await planNow(world, parsePolicies({ nightly: nightly({ allowAttached: false }) }), { one });
    expect(made.totals.create).toBe(0);
    expect(made.problems).toMatchObject([{ code: "failed_precondition", volumeId: db }]);
    expect(made.problems[0]?.message).toContain("in the state in_use");
  });
});
