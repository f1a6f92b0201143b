import { describe, expect, test } from "vitest";
import {
  apply,
  type BackupEvent,
  type BackupPlan,
  parsePolicies,
  plan,
  snapshotName,
} from "../../src/index.ts";
import { digestOf } from "../../src/plan/canonical-json.ts";
import { sleepUntil } from "../support/nights.ts";
import { refusalOf } from "../support/refusal-of.ts";
import { nightly } from "../support/shapes.ts";
import { LAST_TWO as POLICIES, threeNights } from "../support/three-nights.ts";

/** A plan as it comes out of a file, with something changed and its digest made to fit again. */
function edited(
  made: BackupPlan,
  change: (plan: Record<string, unknown> & { volumes: Record<string, unknown>[] }) => void,
): unknown {
  const copy = JSON.parse(JSON.stringify(made));
  change(copy);
  const { digest, ...body } = copy;
  return { ...body, digest: digestOf(body) };
}

/** A list of an edited volume. */
function listIn(volume: Record<string, unknown> | undefined, key: string): Record<string, unknown>[] {
  return (volume?.[key] ?? []) as Record<string, unknown>[];
}

describe("apply", () => {
  test("does what the plan says, creation first, and nothing is left to do", async () => {
    const { world, clouds, made, slots } = await threeNights();
    const events: BackupEvent[] = [];
    const report = await apply(JSON.parse(JSON.stringify(made)), POLICIES, clouds, {
      clock: world.clock,
      onEvent: (event) => void events.push(event),
    });
    expect(report).toMatchObject({
      ok: true,
      stopped: false,
      totals: { created: 1, deleted: 2, left: 0 },
      problems: [],
    });
    expect(events.map(({ type }) => type)).toEqual([
      "planned",
      "creating",
      "created",
      "deleted",
      "deleted",
      "volume",
    ]);
    expect(await slots()).toEqual(["20260508", "20260509"]);
    const after = await plan(POLICIES, clouds, new Date(world.clock.now()));
    expect(after.totals).toEqual({ create: 0, delete: 0, keep: 2 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("the new snapshot carries copies for people", async () => {
    const { world, clouds, made, db } = await threeNights();
    await apply(made, POLICIES, clouds, { clock: world.clock });
    const newest = (await clouds.do.snapshots.list({ volumeId: db }).toArray()).at(-1);
    expect(newest).toMatchObject({
      name: snapshotName("polyvol", "nightly", db, new Date("2026-05-09T03:00:00Z")),
      description: "Polyvol backup of db, policy nightly, slot 2026-05-09T03:00:00.000Z",
      tags: { "polyvol-policy": "nightly" },
    });
  });

  test("a second time, the same plan is refused: the world has changed", async () => {
    const { world, clouds, made } = await threeNights();
    await apply(made, POLICIES, clouds, { clock: world.clock });
    const error = await refusalOf(apply(made, POLICIES, clouds, { clock: world.clock }));
    expect(error.code).toBe("failed_precondition");
    expect(error.message).toMatch(/refused, nothing was done: the plan does not fit the world any more/);
    expect(error.problems).toHaveLength(4);
    expect(error.problems[0]).toMatchObject({
      path: expect.stringMatching(
        /^plan\.volumes\[do db \(volume-000001\)\]\.polyvol-nightly-20260509T030000Z-/,
      ),
      found: expect.stringMatching(/^create: slot 2026-05-09T03:00:00.000Z is due/),
      allowed: "nothing",
    });
  });
});

describe("a plan file is not trusted", () => {
  const edits: readonly (readonly [
    string,
    (plan: Parameters<Parameters<typeof edited>[1]>[0]) => void,
    RegExp,
  ])[] = [
    [
      "a deletion of a kept snapshot",
      ({ volumes: [volume] }) => {
        const keep = listIn(volume, "keep");
        const [kept] = keep.splice(0, 1);
        const { reasons, ...rest } = kept ?? {};
        listIn(volume, "delete").push({
          ...rest,
          reason: "no rule of policy nightly keeps it: last 2",
        });
      },
      /20260508T030000Z.*the plan has delete: .*now: keep: last \(2 of 2\)/,
    ],
    [
      "a deletion of a snapshot that does not exist",
      ({ volumes: [volume] }) => {
        const deletions = listIn(volume, "delete");
        deletions.push({ ...deletions[0], snapshotId: "of another volume" });
      },
      /of another volume.*the plan has delete: .*now: nothing/,
    ],
    [
      "one deletion twice",
      ({ volumes: [volume] }) => {
        const deletions = listIn(volume, "delete");
        deletions.push({ ...deletions[0] });
      },
      /the plan has delete/,
    ],
    [
      "another name for the new snapshot",
      ({ volumes: [volume] }) => {
        for (const each of listIn(volume, "create")) each["name"] = "mine";
      },
      /\.mine: the plan has create: .*now: nothing/,
    ],
    [
      "no volume",
      (each) => void each.volumes.splice(0, 1),
      /the plan has nothing; now: a volume that policies choose now/,
    ],
    [
      "another volume",
      ({ volumes: [volume] }) => Object.assign(volume ?? {}, { volumeId: "volume-000099" }),
      /the plan has a volume; now: nothing: it cannot be planned now/,
    ],
    [
      "another order of deletions",
      ({ volumes: [volume] }) => listIn(volume, "delete").reverse(),
      /the plan has .*; now: /,
    ],
    [
      "a problem less or more",
      (each) => Object.assign(each, { problems: [{ code: "x", message: "y", effect: "z" }] }),
      /x: y/,
    ],
    [
      "an instant long ago",
      (each) => Object.assign(each, { now: "2026-05-08T03:10:00.000Z" }),
      /20260509T030000Z.*now: nothing/,
    ],
    [
      "an instant to come",
      (each) => Object.assign(each, { now: "2026-05-19T03:10:00.000Z" }),
      /the plan is from the future/,
    ],
  ];
  test.each(edits)("%s, with a digest that fits: refused, nothing done", async (_name, change, message) => {
    const { world, clouds, made, slots } = await threeNights();
    const before = await slots();
    const changes = world.accounts.do.calls.changes;
    const error = await refusalOf(apply(edited(made, change), POLICIES, clouds, { clock: world.clock }));
    expect(error.name).toBe("PolicyError");
    expect(error.message).toMatch(message);
    expect(world.accounts.do.calls.changes).toBe(changes);
    expect(await slots()).toEqual(before);
  });

  test("without one, before anything is read", async () => {
    const { world, clouds, made } = await threeNights();
    const calls = world.accounts.do.calls.total;
    const tampered = { ...made, totals: { ...made.totals, delete: 0 } };
    await expect(apply(tampered, POLICIES, clouds, { clock: world.clock })).rejects.toThrow(
      "the plan was changed after it was made; plan again",
    );
    expect(world.accounts.do.calls.total).toBe(calls);
  });

  test.each([
    [null, "plan: found null"],
    [{}, 'plan.format: found nothing, allowed: "polyvol-backup-plan"'],
    [{ format: "polyvol-backup-plan", version: 2 }, "plan.version: found 2"],
  ])("what is no plan: %j", async (value, message) => {
    const { world, clouds } = await threeNights();
    await expect(apply(value, POLICIES, clouds, { clock: world.clock })).rejects.toThrow(message);
  });

  test("other policies than it was made of: refused, with the differences", async () => {
    const { world, clouds, made } = await threeNights();
    const others = parsePolicies({ nightly: nightly({ retention: { last: 3 } }) });
    const error = await refusalOf(apply(made, others, clouds, { clock: world.clock }));
    expect(error.message).toMatch(/20260507T030000Z.*the plan has delete: .*now: keep: last \(3 of 3\)/);
  });

  test("a newer slot of a policy that makes nothing has come due since: carried out", async () => {
    const { world, clouds } = await threeNights();
    const made = await plan(POLICIES, clouds, new Date(world.clock.now()), { pruneOnly: true });
    expect(made.totals.create).toBe(0);
    await sleepUntil(world, "2026-05-10T03:00:00Z");
    const report = await apply(made, POLICIES, clouds, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 0, deleted: made.totals.delete } });
  });

  test("a newer slot has come due since: refused", async () => {
    const { world, clouds, made } = await threeNights();
    await sleepUntil(world, "2026-05-10T03:00:00Z");
    const error = await refusalOf(apply(made, POLICIES, clouds, { clock: world.clock }));
    expect(error.message).toMatch(/the plan is too old; plan again/);
    expect(error.problems).toEqual([
      {
        path: "plan.volumes[].create[].slot of policy nightly",
        found: "2026-05-09T03:00:00.000Z",
        allowed: "2026-05-10T03:00:00.000Z, which has come due since",
      },
    ]);
  });
});

describe("time zone data", () => {
  const withData = (made: BackupPlan, data: string | undefined): unknown =>
    edited(made, (stored) => {
      if (data === undefined) delete stored["timeZoneData"];
      else stored["timeZoneData"] = data;
    });

  test.each([["1999z"], [undefined]])(
    "that is other (%s) and makes no difference stops nothing",
    async (data) => {
      const { world, clouds, made } = await threeNights();
      expect(made.timeZoneData).toBe(process.versions["tz"]);
      const report = await apply(withData(made, data), POLICIES, clouds, { clock: world.clock });
      expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 2 } });
    },
  );

  test("that is other is named with what differs, also when a slot seems to have come due", async () => {
    const { world, clouds, made, ids } = await threeNights();
    const stored = withData(made, "1999z");
    const named = {
      path: "plan.timeZoneData",
      found: "1999z",
      allowed: expect.stringContaining("here: where"),
    };
    await clouds.do.snapshots.delete(ids[0] ?? "");
    const changed = await refusalOf(apply(stored, POLICIES, clouds, { clock: world.clock }));
    expect(changed.problems.at(-1)).toEqual(named);
    await sleepUntil(world, "2026-05-10T03:00:00Z");
    const late = await refusalOf(apply(stored, POLICIES, clouds, { clock: world.clock }));
    expect(late.problems.at(-1)).toEqual(named);
    const same = await refusalOf(apply(made, POLICIES, clouds, { clock: world.clock }));
    expect(same.problems.map(({ path }) => path)).not.toContain("plan.timeZoneData");
  });
});
