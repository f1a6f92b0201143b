/** Snapshots that a later change left in an error state, such as a deletion that failed: what they hold may be good. */
import { createBlockStorage, PolyvolError, type Snapshot } from "@polyvol/core";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Policy,
  parsePolicies,
  plan,
  prune,
  type RunReport,
  run,
  snapshotName,
} from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { seededMarks } from "../support/marks.ts";
import { nightly } from "../support/shapes.ts";

const VOLUME = "00000000-0000-4000-8000-000000000001";
const POLICIES = parsePolicies({ nightly: nightly({ retention: { daily: 3, keepOldest: false } }) });

let world: EmulatedWorld;
afterEach(() => world.close());

/** A volume at Samsung in the night of 9 May, with a snapshot of each of these nights of May in that state. */
async function nightsOf(states: Readonly<Record<string, "available" | "error" | "error_deleting">>) {
  world = await createEmulatedWorld("2026-05-09T03:05:00Z");
  world.emulators.scp.seed({
    volumes: [{ id: VOLUME, name: "db" }],
    snapshots: Object.entries(states).map(([day, status]) => ({
      name: snapshotName("polyvol", "nightly", VOLUME, new Date(`2026-05-${day}T03:00:00Z`)),
      created_at: `2026-05-${day}T03:00:07.000Z`,
      volume_id: VOLUME,
      status,
      ...seededMarks.scp("nightly"),
    })),
  });
}

async function doIt(work: typeof run, policies: readonly Policy[] = POLICIES): Promise<RunReport> {
  return await work(policies, { scp: world.open().scp }, { clock: world.clock });
}

const days = (): string[] =>
  storedSnapshots(world)
    .map(({ name }) => name.slice(22, 24))
    .sort();

describe("a deletion that failed", () => {
  test("of a snapshot that a rule would keep: it stays, and does not count", async () => {
    await nightsOf({ "06": "available", "07": "available", "08": "error_deleting" });
    expect((await doIt(run)).ok).toBe(true);
    // Three nights are kept of the good ones, and the one that may be good as well.
    expect(days()).toEqual(["06", "07", "08", "09"]);
    const { volumes } = await plan(POLICIES, { scp: world.open().scp }, new Date(world.clock.now()));
    const kept = volumes[0]?.keep.find(({ slot }) => slot === "2026-05-08T03:00:00.000Z");
    expect(kept?.reasons).toEqual(["state error (error_deleting): not counted and not removed"]);
  });

  test.each([["run", run] as const, ["prune", prune] as const])(
    "%s: of a snapshot that no rule keeps, it is deleted again",
    async (_what, work) => {
      await nightsOf({
        "03": "error_deleting",
        "05": "available",
        "06": "available",
        "07": "available",
        "08": "available",
      });
      const report = await doIt(work);
      expect(report.problems).toEqual([]);
      expect(days()).toEqual(work === run ? ["07", "08", "09"] : ["06", "07", "08"]);
    },
  );

  test("which cannot be repeated stops nothing else: no other deletion, and no room for another snapshot", async () => {
    await nightsOf({ "05": "error_deleting", "06": "available", "07": "available", "08": "available" });
    world.emulators.scp.seed({
      snapshots: [4, 5, 6, 7, 8].map((day) => ({
        name: snapshotName("polyvol", "other", VOLUME, new Date(`2026-05-0${day}T02:00:00Z`)),
        created_at: `2026-05-0${day}T02:00:07.000Z`,
        volume_id: VOLUME,
        ...seededMarks.scp("other"),
      })),
    });
    const policies = parsePolicies({
      nightly: nightly({ retention: { daily: 3, keepOldest: false }, brakes: { maxShare: 0.1 } }),
      other: nightly({
        schedule: { cron: "0 2 * * *", timezone: "UTC" },
        retention: { daily: 3, keepOldest: false },
      }),
    });
    const broken = storedSnapshots(world).find(({ name }) => name.includes("nightly-20260505"))?.id;
    world.emulators.scp.faults.add({
      kind: "answer",
      status: 400,
      match: { method: "DELETE", path: `/v1/snapshots/${broken}` },
    });
    let isFull = true;
    const { scp } = world.open();
    const create: typeof scp.snapshots.create = async (input, options) => {
      if (!isFull) return await scp.snapshots.create(input, options);
      isFull = false;
      throw new PolyvolError("resource_exhausted", "the quota is full", {
        provider: scp.provider,
        operation: "snapshots.create",
        outcome: "not_applied",
      });
    };
    const storage = { ...scp, snapshots: { ...scp.snapshots, create } };
    const report = await run(policies, { scp: storage }, { clock: world.clock });
    expect(report.problems).toMatchObject([
      { effect: "attention", policyId: "nightly", snapshotName: expect.stringContaining("20260505") },
    ]);
    expect(report.totals).toMatchObject({ created: 2, deleted: 4, left: 1 });
    const left = (policy: string) =>
      storedSnapshots(world).flatMap(
        ({ name }) => new RegExp(`${policy}-202605(\\d\\d)`).exec(name)?.[1] ?? [],
      );
    expect(left("nightly").sort()).toEqual(["05", "07", "08", "09"]);
    expect(left("other").sort()).toEqual(["07", "08", "09"]);
  });

  test("of the snapshot of the slot that is due: another is made for it under another name", async () => {
    await nightsOf({ "07": "available", "08": "available", "09": "error_deleting" });
    const report = await doIt(run);
    expect(report.problems).toEqual([]);
    expect(report.volumes[0]?.created.map(({ name }) => name)).toEqual([
      snapshotName("again-polyvol", "nightly", VOLUME, new Date("2026-05-09T03:00:00Z")),
    ]);
    expect((await doIt(run)).totals).toEqual({ created: 0, deleted: 0, left: 0 });
  });

  test("where none is good, it may be the last one: nothing goes but what was never made", async () => {
    await nightsOf({ "03": "error_deleting", "07": "error", "08": "error_deleting" });
    expect((await doIt(prune)).problems).toEqual([]);
    expect(days()).toEqual(["03", "08"]);
  });
});

test("what a provider shows to have been good before it failed is not removed as a failed snapshot", async () => {
  await nightsOf({ "07": "available", "08": "error" });
  const { driver } = world.open().scp;
  const shown = (seen: Snapshot): Snapshot =>
    seen.state === "error" ? { ...seen, failedLater: true } : seen;
  const scp = createBlockStorage(
    {
      ...driver,
      getSnapshot: async (...asked) => shown(await driver.getSnapshot(...asked)),
      listSnapshots: async (...asked) => {
        const page = await driver.listSnapshots(...asked);
        return { ...page, items: page.items.map(shown) };
      },
    },
    { clock: world.clock },
  );
  expect(await run(POLICIES, { scp }, { clock: world.clock })).toMatchObject({ ok: true });
  expect(days()).toEqual(["07", "08", "09"]);
});
