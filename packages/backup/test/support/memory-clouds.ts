import type { BlockStorage, BlockStorageOptions } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryStorage,
  type MemoryAccount,
  type MemoryAccountOptions,
} from "@polyvol/memory";
import { createRandom } from "./random.ts";

/** Two accounts on one virtual clock: one with the rules of DigitalOcean, one with those of Samsung. */
export interface MemoryWorld {
  readonly clock: VirtualClock;
  readonly accounts: Readonly<Record<"do" | "scp", MemoryAccount>>;
  /** The clouds as a fresh process sees them. */
  open(options?: BlockStorageOptions): Record<"do" | "scp", BlockStorage>;
}

const DIGITALOCEAN: MemoryAccountOptions = {
  provider: "digitalocean",
  limits: {
    snapshotsPerVolume: 25,
    snapshotGapMs: 600_000,
    requestQuotas: [
      { requests: 5_000, windowMs: 3_600_000 },
      { requests: 250, windowMs: 60_000 },
    ],
  },
  paging: { style: "numbered", minPageSize: 150, maxPageSize: 200 },
  regions: ["nyc3"],
};
const SAMSUNG: MemoryAccountOptions = {
  provider: "samsung-scp",
  names: "free",
  asynchronous: {
    createSnapshotMs: 3_000,
    deleteSnapshotMs: 1_000,
    createVolumeMs: 2_000,
    deleteVolumeMs: 1_000,
  },
  paging: { style: "marker", maxPageSize: 100 },
  limits: { snapshotGapMs: "unknown", snapshotsPerVolume: "unknown" },
  regions: ["kr-west1"],
};

/** @param startAt ISO instant at which the clock begins */
export function createMemoryWorld(
  startAt: string,
  overrides: { readonly do?: MemoryAccountOptions; readonly scp?: MemoryAccountOptions } = {},
): MemoryWorld {
  const clock = createVirtualClock(Date.parse(startAt));
  clock.runFreely();
  const accounts = {
    do: createMemoryAccount({ ...DIGITALOCEAN, clock, ...overrides.do }),
    scp: createMemoryAccount({ ...SAMSUNG, clock, ...overrides.scp }),
  };
  const random = createRandom(7);
  return {
    clock,
    accounts,
    open: (options = {}) => ({
      do: createMemoryStorage({ account: accounts.do }, { random, ...options }),
      scp: createMemoryStorage({ account: accounts.scp }, { random, ...options }),
    }),
  };
}

/** Makes volumes of 8 GiB and returns their ids by name. */
export async function makeVolumes(
  storage: BlockStorage,
  names: readonly string[],
): Promise<Record<string, string>> {
  const made = await Promise.all(names.map((name) => storage.volumes.create({ name, sizeGiB: 8 })));
  return Object.fromEntries(made.map(({ name, id }) => [name, id]));
}
