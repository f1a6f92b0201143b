import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { offsiteDue, type RecordEntry, run, snapshotName } from "../../src/index.ts";
import { VOLUMES } from "../support/seeded.ts";
import { createOffsiteWorld, type OffsiteWorld, outcomes } from "./offsite-world.ts";

/** Of the slot that there is a snapshot of when a test begins. */
const NEWEST_OF_DATA_2 = snapshotName(
  "polyvol",
  "nightly",
  VOLUMES[1]?.id ?? "",
  new Date("2026-05-09T03:00:00Z"),
);

let here: OffsiteWorld;
beforeEach(async () => {
  here = await createOffsiteWorld();
});
afterEach(() => here.close());

describe("by policy", () => {
  test("is due again when `every` is over and there is something newer", async () => {
    const { clock } = here.world;
    const policies = here.policiesWith({ every: "1d" }, "data-1");
    const entries: RecordEntry[] = [];
    await here.take(policies, {}, entries);
    const again = await here.take(policies, {}, entries);
    expect(outcomes(again)).toEqual(["data-1 not_due"]);
    expect(again).toMatchObject({ ok: true, problems: [] });
    expect(again.volumes[0]?.reason).toMatch(/^its newest snapshot polyvol-nightly-.* has left already$/);

    const storage = here.storage();
    await run(policies, { main: storage }, { clock });
    const early = await here.take(policies, {}, entries);
    expect(early.volumes[0]).toMatchObject({ outcome: "not_due" });
    expect(early.volumes[0]?.reason).toMatch(/^it last left \S+( \S+)? ago, and does so every 1d$/);
    // A tenth in hand.
    await clock.sleep(22 * 3_600_000);
    expect(outcomes(await here.take(policies, {}, entries))).toEqual(["data-1 done"]);
    expect(entries).toHaveLength(2);
    const all = await here.take(policies, { all: true }, entries);
    expect(outcomes(all)).toEqual(["data-1 done"]);
  });

  test("is not due while the newest that is there is older than what has left", async () => {
    const { clock } = here.world;
    const policies = here.policiesWith({ every: "1d" });
    const entries: RecordEntry[] = [];
    const [left] = (await here.take(policies, {}, entries)).volumes;
    await here.storage().snapshots.delete(left?.snapshot?.id ?? "");
    await clock.sleep(24 * 3_600_000);
    const { volumes } = await here.take(policies, {}, entries);
    expect(volumes[0]).toMatchObject({ volumeName: "data-1", outcome: "not_due" });
    expect(volumes[0]?.reason).toMatch(/^what has left is newer than its newest snapshot polyvol-nightly-/);
  });

  test("is due by a record whose dates are to come, since the clock was set back", async () => {
    const policies = here.policiesWith({ every: "1d" });
    const entries: RecordEntry[] = [];
    await here.take(policies, {}, entries);
    const inAYear = { startedAt: "2027-05-10T03:00:00.000Z", runStartedAt: "2027-05-10T03:00:00.000Z" };
    const ahead = entries.map(
      (entry): RecordEntry => ({ ...entry, ...inAYear, finishedAt: inAYear.startedAt }),
    );
    const again = await here.take(policies, {}, ahead);
    expect(again.volumes[0]).toMatchObject({ outcome: "done", volumeName: "data-1" });
    expect(outcomes(await here.take(policies, {}, ahead))).toEqual([
      "data-1 not_due",
      "data-2 not_due",
      "data-3 not_due",
    ]);
  });

  test("what has waited longest comes first", async () => {
    const policies = here.policiesWith();
    const entries: RecordEntry[] = [];
    await here.take(here.policiesWith({}, "data-1"), {}, entries);
    const report = await here.take(policies, { all: true }, entries);
    expect(outcomes(report)).toEqual(["data-2 done", "data-3 done", "data-1 done"]);
  });

  test("is not named as due by a run, either, while there is nothing newer", async () => {
    const { clock } = here.world;
    const policies = here.policiesWith({ every: "6h" }, "data-1");
    const entries: RecordEntry[] = [];
    const clouds = { main: here.storage() };
    const dueNow = async () =>
      offsiteDue(await run(policies, clouds, { clock }), policies, { entries: [...entries], aside: [] });
    expect(await dueNow()).toMatchObject([{ volumeName: "data-1" }]);
    await here.take(policies, {}, entries);
    await clock.sleep(7 * 3_600_000);
    expect(await dueNow()).toEqual([]);
    expect(outcomes(await here.take(policies, {}, entries))).toEqual(["data-1 not_due"]);
    await clock.sleep(24 * 3_600_000);
    expect(await dueNow()).toMatchObject([{ volumeName: "data-1" }]);
  });

  test("is read from the newest snapshot when its turn comes, though the one before has gone since", async () => {
    const policies = here.policiesWith();
    const clouds = { main: here.storage() };
    let gone: string | undefined;
    const report = await here.take(policies, {
      async onVolume({ volumeName }) {
        if (volumeName !== "data-1") return;
        // As a run does it in the hours that the first volume takes.
        const ran = await run(policies, clouds, { clock: here.world.clock });
        expect(ran.ok).toBe(true);
        const [left] = await clouds.main.snapshots.list({ name: NEWEST_OF_DATA_2 }).toArray();
        gone = left?.id;
        await clouds.main.snapshots.delete(gone ?? "");
      },
    });
    expect(gone).toBeDefined();
    expect(report.problems).toEqual([]);
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    expect(report.volumes.map(({ snapshot }) => snapshot?.takenAt.slice(0, 10))).toEqual([
      "2026-05-09",
      "2026-05-10",
      "2026-05-10",
    ]);
  });

  test("without a record everything is due", async () => {
    const policies = here.policiesWith({}, "data-1");
    await here.take(policies);
    expect((await here.take(policies, { record: undefined })).volumes[0]?.outcome).toBe("done");
  });
});
