import { afterEach, expect, test } from "vitest";
import { type OffsiteReport, offsite } from "../../src/index.ts";
import { SOURCE_ID } from "../support/mount-world.ts";
import { createOffsiteWorld, type OffsiteWorld } from "./offsite-world.ts";

let here: OffsiteWorld | undefined;
afterEach(async () => {
  await here?.close();
  here = undefined;
});

/** Takes a volume off-site while it is reverted to its newest snapshot, which takes so long. */
async function takeWhileReverting(revertMs: number): Promise<{ report: OffsiteReport; newest: string }> {
  here = await createOffsiteWorld("scp", { durations: { revert: revertMs } });
  const storage = here.storage();
  const all = await storage.snapshots.list({ volumeId: SOURCE_ID }).toArray();
  const newest = all.reduce((one, other) => (other.createdAt > one.createdAt ? other : one));
  const reverting = storage.volumes.revert(SOURCE_ID, newest.id, { timeoutMs: 2 * revertMs });
  await expect.poll(async () => (await storage.snapshots.get(newest.id)).state).toBe("restoring");
  const { serverId, options } = here;
  const report = await offsite(here.policiesWith({}, "data-1"), { scp: storage }, { ...options, serverId });
  await reverting;
  return { report, newest: newest.id };
}

test("the newest snapshot is waited for while the volume is reverted to it", async () => {
  const { report, newest } = await takeWhileReverting(600_000);
  expect(report).toMatchObject({ ok: true, volumes: [{ outcome: "done", snapshot: { id: newest } }] });
});

test("one that is restored from for longer than a restore may last is said, and no older one is taken for it", async () => {
  const { report } = await takeWhileReverting(4_000_000);
  expect(report).toMatchObject({ ok: false, volumes: [{ outcome: "failed" }] });
  expect(report.problems).toMatchObject([{ code: "failed_precondition", volumeName: "data-1" }]);
  expect(report.problems[0]?.message).toContain(
    "only an available snapshot can be restored; it is restoring",
  );
  expect(here?.strays()).toEqual([]);
});
