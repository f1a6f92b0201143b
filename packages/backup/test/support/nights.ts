import type { BlockStorage } from "@polyvol/core";
import { type BackupPlan, type Policy, parsePolicies, plan, run, snapshotName } from "../../src/index.ts";
import { ownMarks } from "./marks.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "./memory-clouds.ts";
import { nightly } from "./shapes.ts";

/** The one policy of most tests. */
export const NIGHTLY = parsePolicies({ nightly: nightly() });

/** Lets the clock go on to an instant. */
export async function sleepUntil({ clock }: Pick<MemoryWorld, "clock">, instant: string): Promise<void> {
  await clock.sleep(Math.max(0, Date.parse(instant) - clock.now()));
}

/** Takes the nightly snapshots of these days (`2026-05-07`), each at 03:00 of its day. */
export async function takeNights(
  world: MemoryWorld,
  storage: BlockStorage,
  volumeId: string,
  days: readonly string[],
  policyId = "nightly",
): Promise<string[]> {
  const ids: string[] = [];
  for (const day of days) {
    const slot = new Date(`${day}T03:00:00Z`);
    await sleepUntil(world, slot.toISOString());
    const snapshot = await storage.snapshots.create({
      volumeId,
      name: snapshotName("polyvol", policyId, volumeId, slot),
      ...ownMarks(policyId),
    });
    ids.push(snapshot.id);
  }
  return ids;
}

/** Volumes of a cloud `do` with the snapshots of 9 May, which a run has taken at ten past three; `db` is the id of the first. */
export async function backedUpOnce(policies: readonly Policy[], names: readonly string[] = ["db"]) {
  const world = createMemoryWorld("2026-05-08T20:00:00Z");
  const clouds = { do: world.open().do };
  const { db = "" } = await makeVolumes(clouds.do, names);
  await sleepUntil(world, "2026-05-09T03:10:00Z");
  await run(policies, clouds, { clock: world.clock });
  return { world, clouds, db };
}

/** What is planned at this moment. */
export function planNow(
  world: MemoryWorld,
  policies = NIGHTLY,
  clouds: Parameters<typeof plan>[1] = world.open(),
): Promise<BackupPlan> {
  return plan(policies, clouds, new Date(world.clock.now()));
}
