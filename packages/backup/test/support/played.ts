import type { BlockStorage } from "@polyvol/core";
import { type Policy, parsePolicies, type RecordEntry, run, runEntry } from "../../src/index.ts";
import { createMemoryWorld, type MemoryWorld } from "./memory-clouds.ts";
import { sleepUntil } from "./nights.ts";
import { nightly } from "./shapes.ts";

export const POLICIES = parsePolicies({ nightly: nightly({ retention: { daily: 3 } }) });

/** Runs each of these nights at ten past three and keeps the record. */
export async function playNights(
  world: MemoryWorld,
  storage: BlockStorage,
  nights: readonly string[],
  policies: readonly Policy[] = POLICIES,
): Promise<RecordEntry[]> {
  const entries: RecordEntry[] = [];
  for (const night of nights) {
    await sleepUntil(world, `${night}T03:10:00Z`);
    entries.push(runEntry(await run(policies, { do: storage }, { clock: world.clock }), { policies }));
  }
  return entries;
}

export function opened(startAt = "2026-05-01T20:00:00Z") {
  const world = createMemoryWorld(startAt);
  return { world, storage: world.open().do };
}
