import fc from "fast-check";
import { expect, test } from "vitest";
import { type Policy, parsePolicies, slotsBetween, snapshotName } from "../../src/index.ts";
import type { ObservedSnapshot } from "../../src/observe/inventory.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { findDue } from "../../src/plan/due.ts";
import { nightly } from "../support/shapes.ts";

const HOUR = 3_600_000;
const NOW = new Date("2026-11-21T12:30:00Z");

function policyOf(cron: string): Policy {
  const [policy] = parsePolicies({ p: nightly({ schedule: { cron, timezone: "Europe/Berlin" } }) });
  if (policy === undefined) throw new Error("there is a policy");
  return policy;
}

/** A good snapshot of a slot so many hours before now. */
function good(hours: number): ObservedSnapshot {
  const slot = new Date(Math.floor(NOW.getTime() / HOUR) * HOUR - hours * HOUR);
  return observeSnapshot({
    id: `s-${hours}`,
    name: snapshotName("polyvol", "p", "v", slot),
    provider: "memory",
    volumeId: "v",
    regions: ["r"],
    state: "available",
    createdAt: new Date(slot.getTime() + 60_000),
    minVolumeSizeGiB: 1,
    tags: {},
  });
}

test("missed slots are those between the newest good snapshot and the due one, in whatever order volumes ask", () => {
  const policies = ["0 * * * *", "30 2,14 * * *", "0 3 * * 1"].map(policyOf);
  const asks = fc.array(fc.record({ policy: fc.nat(2), hours: fc.nat(2_000) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(asks, (all) => {
      for (const { policy: index, hours } of all) {
        const policy = policies[index] as Policy;
        const { dueSlot, newestSlot, missed } = findDue(policy, [good(hours)], NOW);
        const between =
          dueSlot === undefined || newestSlot === undefined || newestSlot >= dueSlot
            ? []
            : slotsBetween(policy.schedule, newestSlot, dueSlot).slice(0, -1);
        const more = between.length > 1_000;
        expect(missed).toEqual({
          count: Math.min(between.length, 1_000),
          more,
          ...(between[0] === undefined ? {} : { first: between[0].toISOString() }),
          ...(more || between.length === 0 ? {} : { last: between.at(-1)?.toISOString() }),
        });
      }
    }),
    { numRuns: 60 },
  );
});

test("after six weeks off, hundreds of volumes with other newest snapshots count the slots once", () => {
  const policy = policyOf("0 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 * * *");
  let asked = 0;
  const { schedule } = policy;
  const counting: Policy = {
    ...policy,
    schedule: {
      ...schedule,
      firstAfter: (instant) => {
        asked += 1;
        return schedule.firstAfter(instant);
      },
      lastAtOrBefore: (instant) => {
        asked += 1;
        return schedule.lastAtOrBefore(instant);
      },
    },
  };
  for (let volume = 0; volume < 300; volume += 1) {
    const { missed } = findDue(counting, [good(42 * 24 - volume)], NOW);
    expect(missed.count).toBeGreaterThan(700);
  }
  expect(asked).toBeLessThan(1_500);
});
