import type { BlockStorage, BlockStorageOptions } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator, type DigitalOceanOptions } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "@polyvol/emulators/samsung-scp";
import { ACCESS_KEY, openClouds, SECRET_KEY, TOKEN } from "./open-clouds.ts";
import { createRandom } from "./random.ts";

/** Two emulated providers behind ports of their own, on one virtual clock that runs by itself. */
export interface EmulatedWorld {
  readonly clock: VirtualClock;
  readonly emulators: Readonly<Record<"do" | "scp", Emulator>>;
  readonly urls: Readonly<Record<"do" | "scp", string>>;
  /** The clouds as a fresh process sees them, over real HTTP. */
  open(options?: BlockStorageOptions & { readonly fetch?: typeof fetch }): Record<"do" | "scp", BlockStorage>;
  close(): Promise<void>;
}

export async function createEmulatedWorld(
  startAt: string,
  options: { readonly do?: DigitalOceanOptions; readonly scp?: Partial<SamsungScpEmulatorOptions> } = {},
): Promise<EmulatedWorld> {
  const clock = createVirtualClock(Date.parse(startAt));
  clock.runFreely();
  const emulators = {
    do: createDigitalOceanEmulator({ tokens: [TOKEN], ...options.do, clock }),
    scp: createSamsungScpEmulator({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, ...options.scp, clock }),
  };
  const listeners = { do: await emulators.do.listen(), scp: await emulators.scp.listen() };
  const urls = { do: listeners.do.url, scp: listeners.scp.url };
  return {
    clock,
    emulators,
    urls,
    open: (storageOptions = {}) => openClouds(urls, { clock, random: createRandom(3), ...storageOptions }),
    close: async () => {
      await Promise.all([listeners.do.close(), listeners.scp.close()]);
    },
  };
}

/** A snapshot in an account, whichever provider it is of. */
export interface StoredSnapshot {
  readonly cloud: "do" | "scp";
  readonly volumeId: string;
  readonly id: string;
  readonly name: string;
}

/** What really is in both accounts, read from the emulators' own state. */
export function storedSnapshots({ emulators }: Pick<EmulatedWorld, "emulators">): readonly StoredSnapshot[] {
  const read = (cloud: "do" | "scp", owner: string): StoredSnapshot[] => {
    const { snapshots } = emulators[cloud].state() as {
      readonly snapshots: readonly Record<string, unknown>[];
    };
    return snapshots.map((each) => ({
      cloud,
      volumeId: String(each[owner]),
      id: String(each["id"]),
      name: String(each["name"]),
    }));
  };
  return [...read("do", "resource_id"), ...read("scp", "volume_id")];
}
