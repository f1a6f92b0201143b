import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryStorage, type MemoryAccount } from "@polyvol/memory";
import { parsePolicies, type Shard } from "../../src/index.ts";
import { nightly } from "./shapes.ts";

export const COUNT = 3;
export const SHARDS: readonly Shard[] = [0, 1, 2].map((index) => ({ index, count: COUNT }));
export const POLICIES = parsePolicies({
  nightly: nightly({ select: { name: "*" }, retention: { daily: 2 } }),
});

export interface Fleet {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly accounts: ReadonlyMap<string, MemoryAccount>;
  readonly clouds: Readonly<Record<string, BlockStorage>>;
  /** What all accounts hold, told apart by their clouds. */
  held(): readonly string[];
}

/** Accounts of two volumes each, on one clock. */
export async function fleetOf(names: readonly string[]): Promise<Fleet> {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const accounts = new Map(
    names.map((name) => [name, createMemoryAccount({ clock, limits: { snapshotGapMs: 0 } })] as const),
  );
  const clouds: Record<string, BlockStorage> = {};
  for (const [name, account] of accounts) {
    const storage = createMemoryStorage({ account });
    clouds[name] = storage;
    for (const volume of ["db", "web"])
      await storage.volumes.create({ name: `${name}-${volume}`, sizeGiB: 1 });
  }
  const held = (): readonly string[] =>
    [...accounts].flatMap(([name, account]) =>
      account.dump().snapshots.map((each) => `${name} ${each.name}`),
    );
  return { clock, accounts, clouds, held };
}

export const NAMES = Array.from({ length: 12 }, (_, index) => `account-${index}`);
