/** A snapshot that its provider does not delete, since volumes hang on it (Ceph) or it is part of a group, holds up nothing else. */
import { afterEach, expect, test } from "vitest";
import { parsePolicies, run } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { sleepUntil } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({
  first: nightly({ retention: { last: 2 } }),
  second: nightly({ retention: { last: 2 } }),
});

let world: EmulatedWorld;
afterEach(() => world.close());

test.each([
  ["comes back after its deletion was accepted", "operation_failed"],
  ["nobody may delete", "failed_precondition"],
] as const)(
  "a snapshot that %s stops no other deletion, and no backup where the account is full",
  async (_, code) => {
    const undone = [{ work: "deleteSnapshot", name: "-first-20260506T", outcome: "undone" }] as const;
    world = await createEmulatedWorld("2026-05-05T00:00:00Z", {
      scp: { quotas: { snapshots: 8 }, ...(code === "operation_failed" ? { failures: undone } : {}) },
    });
    const { scp } = world.open();
    await scp.volumes.create({ name: "db", sizeGiB: 8 });
    for (const day of [6, 7, 8, 9, 10, 11, 12, 13, 14]) {
      await sleepUntil(world, `2026-05-${String(day).padStart(2, "0")}T03:05:00Z`);
      const report = await run(POLICIES, { scp }, { clock: world.clock });
      expect(report.totals.created, `in the night of the ${day}th`).toBe(2);
      const about = report.problems.filter(({ snapshotName }) => snapshotName?.includes("-first-20260506T"));
      expect(report.problems).toEqual(about);
      expect(about).toMatchObject(day < 8 ? [] : [{ code, effect: "attention", policyId: "first" }]);
      if (day > 6 || code === "operation_failed") continue;
      const [stuck] = storedSnapshots(world).filter(({ name }) => name.includes("-first-"));
      world.emulators.scp.faults.add({
        kind: "answer",
        status: 400,
        match: { method: "DELETE", path: `/v1/snapshots/${stuck?.id}` },
      });
    }
    const daysOf = (policy: string): readonly string[] =>
      storedSnapshots(world)
        .flatMap(({ name }) => new RegExp(`-${policy}-202605(\\d\\d)T`).exec(name)?.[1] ?? [])
        .sort();
    expect(daysOf("first")).toEqual(["06", "13", "14"]);
    expect(daysOf("second")).toEqual(["13", "14"]);
  },
);
