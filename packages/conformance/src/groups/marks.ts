import { expect } from "vitest";
import type { Suite } from "../suite.ts";

const KEPT = "names that are not enforced, and tags that a mark can be kept in";

/**
 * Case 73. Where names are not enforced, two processes that create at once are told apart by a mark alone. A provider that
 * keeps tags and shows them can keep one.
 */
export function markCases(suite: Suite): void {
  suite.test("73. The mark of a create is kept with a snapshot, and read again", [], async (bench) => {
    const { snapshotNames, supports } = bench.capabilities;
    if (snapshotNames.enforced || !supports.includes("snapshots.tags")) return bench.skip(KEPT);
    const { id: volumeId } = await bench.volume();
    const [name, attemptId] = [bench.snapshotName(), crypto.randomUUID()];
    bench.remember("snapshot", name);
    const input = { volumeId, name, tags: {}, allowAttached: true, attemptId };
    const { resource } = await bench.driver.createSnapshot(input, bench.context("snapshots.create"));
    const snapshot = await bench.driver.getSnapshot(resource.id, bench.context("snapshots.get"));
    expect(bench.driver.attemptIdOf?.(snapshot), "attemptIdOf of what was created with a mark").toBe(
      attemptId,
    );
    expect(Object.values(snapshot.tags), "tags, which are the caller's own").not.toContain(attemptId);
  });
}
