import type { Capabilities, Snapshot, SnapshotState, Volume } from "@polyvol/core";
import { createMemoryAccount } from "@polyvol/memory";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BackupPlan, type Policy, parsePolicies, snapshotName } from "../../src/index.ts";
import type { ObservedCloud } from "../../src/observe/inventory.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { computePlan } from "../../src/plan/plan.ts";
import { ownMarks } from "../support/marks.ts";

const HOUR = 3_600_000;
const NOW = new Date("2026-11-21T12:30:00Z");
const VOLUME = "volume-1";
const CAPABILITIES: Capabilities = createMemoryAccount().capabilities;

/** A snapshot of a slot so many hours before now: of a policy, or of nobody. */
interface Draft {
  readonly hours: number;
  readonly owner: "hourly" | "sixhourly" | "retired" | "nobody";
  readonly state: SnapshotState;
  readonly held: boolean;
}

function snapshotOf({ hours, owner, state, held }: Draft, index: number): Snapshot {
  const slot = new Date(Math.floor(NOW.getTime() / HOUR) * HOUR - hours * HOUR);
  return {
    id: `snapshot-${index}`,
    name: owner === "nobody" ? `by hand ${index}` : snapshotName("p", owner, VOLUME, slot),
    provider: "memory",
    volumeId: VOLUME,
    regions: ["r"],
    state,
    createdAt: new Date(slot.getTime() + 60_000),
    minVolumeSizeGiB: 1,
    ...ownMarks(owner),
    tags: { ...ownMarks(owner).tags, ...(held ? { "polyvol-hold": "" } : {}) },
  };
}

function cloudWith(snapshots: readonly Snapshot[]): ObservedCloud {
  const volume: Volume = {
    id: VOLUME,
    name: "db",
    provider: "memory",
    region: "r",
    sizeGiB: 1,
    state: "available",
    createdAt: new Date(0),
    tags: {},
    attachments: [],
  };
  return {
    state: "observed",
    name: "mem",
    provider: "memory",
    capabilities: CAPABILITIES,
    volumes: [volume],
    snapshots: new Map([[VOLUME, snapshots.map(observeSnapshot)]]),
    tagsHidden: false,
    requests: 3,
    requestsPerDeletion: 2,
  };
}

const drafts = fc.array(
  fc.record<Draft>({
    hours: fc.integer({ min: -2, max: 120 }),
    owner: fc.constantFrom("hourly", "hourly", "sixhourly", "retired", "nobody"),
    state: fc.constantFrom<SnapshotState>(
      "available",
      "available",
      "available",
      "restoring",
      "creating",
      "error",
      "unknown",
    ),
    held: fc.boolean(),
  }),
  { maxLength: 40 },
);
const count = fc.nat(5);
const rules = fc
  .record({
    last: fc.integer({ min: 1, max: 8 }),
    hourly: count,
    daily: count,
    weekly: fc.nat(2),
    keepOldest: fc.boolean(),
  })
  .chain((base) =>
    fc
      .record({ within: fc.constantFrom("0h", "9h", "2d"), withinDaily: fc.constantFrom("0h", "3d") })
      .map((spans) => ({ ...base, ...spans })),
  );
const policies = fc
  .record({ hourly: rules, sixhourly: rules, maxShare: fc.constantFrom(0.3, 0.5, 1) })
  .map(({ hourly, sixhourly, maxShare }) =>
    parsePolicies({
      hourly: {
        select: { name: "*" },
        schedule: { every: "1h", timezone: "UTC" },
        retention: hourly,
        brakes: { maxShare },
      },
      sixhourly: {
        select: { name: "*" },
        schedule: { every: "6h", timezone: "UTC" },
        retention: sixhourly,
        brakes: { maxShare },
      },
    }),
  );

const planFor = (all: readonly Policy[], snapshots: readonly Snapshot[]): Promise<BackupPlan> =>
  computePlan(undefined, all, [cloudWith(snapshots)], NOW);

/** The snapshots after the creations of a plan, and after so many of its deletions. */
function after(plan: BackupPlan, snapshots: readonly Snapshot[], deletions: number): Snapshot[] {
  const [volume] = plan.volumes;
  const made = (volume?.create ?? []).map(
    ({ name }, index): Snapshot => ({
      ...snapshotOf({ hours: 0, owner: "nobody", state: "available", held: false }, 1_000 + index),
      name,
    }),
  );
  const gone = new Set((volume?.delete ?? []).slice(0, deletions).map(({ snapshotId }) => snapshotId));
  const replaced = new Set(made.map(({ name }) => name));
  return [...snapshots.filter(({ id, name }) => !gone.has(id) && !replaced.has(name)), ...made];
}

const check = (
  predicate: (all: readonly Policy[], snapshots: readonly Snapshot[]) => Promise<void>,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(policies, drafts, (all, list) => predicate(all, list.map(snapshotOf))),
    { seed: 8, numRuns: 400 },
  );

describe("any plan", () => {
  test("of good snapshots deletes those of a policy that chooses the volume, never held ones, never the newest", () =>
    check(async (all, snapshots) => {
      const [volume] = (await planFor(all, snapshots)).volumes;
      for (const { snapshotId, policyId, failed } of volume?.delete ?? []) {
        const target = observeSnapshot(snapshots.find(({ id }) => id === snapshotId) as Snapshot);
        if (failed === true) {
          expect(target).toMatchObject({
            held: false,
            backupName: { policyId },
            snapshot: { state: "error" },
          });
          continue;
        }
        expect(target).toMatchObject({
          held: false,
          backupName: { policyId },
          snapshot: { state: "available" },
        });
        const slot = target.backupName?.slot ?? NOW;
        const newer = snapshots
          .map(observeSnapshot)
          .some(
            ({ backupName, snapshot }) =>
              backupName?.policyId === policyId &&
              backupName.slot > slot &&
              backupName.slot <= NOW &&
              ["available", "restoring"].includes(snapshot.state),
          );
        expect(newer || volume?.create.some((each) => each.policyId === policyId)).toBe(true);
      }
    }));

  test("deletes no more of a policy than its share, or one, and nothing above it without a new snapshot", () =>
    check(async (all, snapshots) => {
      const [volume] = (await planFor(all, snapshots)).volumes;
      for (const { policyId, braked } of volume?.policies ?? []) {
        const go = (volume?.delete ?? []).filter((each) => each.policyId === policyId && !each.failed).length;
        const creates = volume?.create.some((each) => each.policyId === policyId) === true;
        const good = snapshots
          .map(observeSnapshot)
          .filter(
            ({ backupName, snapshot }) =>
              backupName?.policyId === policyId && ["available", "restoring"].includes(snapshot.state),
          ).length;
        const share = all.find(({ id }) => id === policyId)?.brakes.maxShare ?? 1;
        const most = Math.floor(share * (good + (creates ? 1 : 0)));
        expect(go).toBeLessThanOrEqual(braked === undefined ? most : creates ? Math.max(1, most) : 0);
      }
    }));

  test("lets go what is exactly the share: 29 of 50 are 0.58 of them", async () => {
    const all = parsePolicies({
      hourly: {
        select: { name: "*" },
        schedule: { every: "1h", timezone: "UTC" },
        retention: { last: 21 },
        brakes: { maxShare: 0.58 },
      },
    });
    const snapshots = Array.from({ length: 49 }, (_, index) =>
      snapshotOf({ hours: index + 1, owner: "hourly", state: "available", held: false }, index),
    );
    const plan = await planFor(all, snapshots);
    expect(plan.totals).toEqual({ create: 1, delete: 29, keep: 20 });
    expect(plan.problems).toEqual([]);
  });

  test("gives every snapshot one fate", () =>
    check(async (all, snapshots) => {
      const [volume] = (await planFor(all, snapshots)).volumes;
      const ids = [...(volume?.delete ?? []), ...(volume?.keep ?? [])].map(({ snapshotId }) => snapshotId);
      expect(ids.toSorted()).toEqual(snapshots.map(({ id }) => id).toSorted());
      for (const { reasons } of volume?.keep ?? []) expect(reasons).not.toEqual([]);
    }));

  test("does not depend on the order of snapshots", () =>
    check(async (all, snapshots) => {
      const sorted = (list: readonly Snapshot[]): Snapshot[] =>
        list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const turned = await planFor(all, sorted(snapshots.toReversed()));
      expect(turned).toEqual(await planFor(all, sorted(snapshots)));
    }));

  test("cut after any deletion and made anew, goes on to the same end", () => check(goesOn));

  test("also where the oldest one is what a span keeps in addition", async () => {
    const retention = { last: 1, withinDaily: "3d" };
    const schedule = { every: "1h", timezone: "UTC" };
    const all = parsePolicies({
      hourly: { select: { name: "*" }, schedule, retention, brakes: { maxShare: 1 } },
    });
    const draft = (hours: number): Draft => ({ hours, owner: "hourly", state: "available", held: false });
    const snapshots = [0, 61, 62, 63, 100, 101].map(draft).map(snapshotOf);
    expect((await planFor(all, snapshots)).totals).toEqual({ create: 0, delete: 4, keep: 2 });
    await goesOn(all, snapshots);
  });
});

/** Whether a plan that is cut after any of its deletions is gone on with by the next. */
async function goesOn(all: readonly Policy[], snapshots: readonly Snapshot[]): Promise<void> {
  const plan = await planFor(all, snapshots);
  const [volume] = plan.volumes;
  // What the brake holds goes with later snapshots, whatever became of this run.
  if (volume?.policies.some(({ braked }) => braked !== undefined)) return;
  const deletions = volume?.delete ?? [];
  const wanted = deletions.map(({ snapshotId }) => snapshotId);
  for (let cut = 0; cut <= deletions.length; cut += 1) {
    const again = await planFor(all, after(plan, snapshots, cut));
    expect(again.totals.create).toBe(0);
    expect(again.volumes[0]?.delete.map(({ snapshotId }) => snapshotId)).toEqual(wanted.slice(cut));
  }
}
