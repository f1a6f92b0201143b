import type { BlockStorage, Clock } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";

/** One provider: how to emulate it, how to reach it, and what a test needs to know of it. */
export interface Cloud {
  emulate(options: { readonly clock: Clock }): Emulator;
  /** Without `baseUrl`: the provider itself. */
  connect(options: {
    readonly clock: Clock;
    readonly baseUrl?: string;
    readonly fetch?: typeof fetch;
  }): BlockStorage;
  readonly realUrl: string;
  /** A volume named `data`. */
  readonly seed: object;
  /** The path of the request that makes a snapshot. */
  readonly snapshotPath: string;
}

const samsung = { accessKey: "A", secretKey: "S", region: "kr-west1", environment: "e" } as const;

export const CLOUDS = {
  digitalocean: {
    emulate: (options) => createDigitalOceanEmulator({ tokens: ["T"], ...options }),
    connect: (options) => createDigitalOceanStorage({ token: "T", region: "nyc3", ...options }),
    realUrl: "https://api.digitalocean.com",
    seed: { volumes: [{ name: "data", region: "nyc3", size_gigabytes: 10 }] },
    snapshotPath: "/v2/volumes/*/snapshots",
  },
  "samsung-scp": {
    emulate: (options) => createSamsungScpEmulator({ ...samsung, ...options }),
    connect: (options) => createSamsungScpStorage({ ...samsung, ...options }),
    realUrl: "https://virtualserver.kr-west1.e.samsungsdscloud.com",
    seed: { volumes: [{ name: "data" }] },
    snapshotPath: "/v1/snapshots",
  },
} satisfies Readonly<Record<string, Cloud>>;

/** One clock for the emulator and the storage. Time moves on by itself, at once, whenever all that is left is waiting. */
export function createTestClock(): VirtualClock {
  const clock = createVirtualClock(Date.parse("2026-11-21T02:00:00Z"));
  clock.runFreely();
  return clock;
}

/** The id of the only volume. */
export async function dataVolumeId(storage: BlockStorage): Promise<string> {
  const volume = await storage.volumes.find({ name: "data" });
  if (volume === undefined) throw new Error("the volume was not seeded");
  return volume.id;
}
