import type { BlockStorage } from "@polyvol/core";
import { type BackupPlan, type Policy, parsePolicies, plan } from "../../src/index.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "./memory-clouds.ts";
import { sleepUntil, takeNights } from "./nights.ts";
import { nightly } from "./shapes.ts";

export interface ThreeNights {
  readonly world: MemoryWorld;
  readonly clouds: { readonly do: BlockStorage };
  readonly db: string;
  /** Ids of the snapshots of 6, 7 and 8 May. */
  readonly ids: readonly string[];
  readonly made: BackupPlan;
  /** Days that there are snapshots of now. */
  slots(): Promise<string[]>;
}

export const LAST_TWO: readonly Policy[] = parsePolicies({ nightly: nightly({ retention: { last: 2 } }) });

/** A volume with three nights: a run at 9 May makes one and deletes two. */
export async function threeNights(): Promise<ThreeNights> {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  const ids = await takeNights(world, clouds.do, db, ["2026-05-06", "2026-05-07", "2026-05-08"]);
  await sleepUntil(world, "2026-05-09T03:10:00Z");
  const made = await plan(LAST_TWO, { do: clouds.do }, new Date(world.clock.now()));
  const slots = async (): Promise<string[]> =>
    (await clouds.do.snapshots.list({ volumeId: db }).toArray()).map(({ name }) => name.slice(16, 24)).sort();
  return { world, clouds: { do: clouds.do }, db, ids, made, slots };
}
