import type { BlockStorage } from "@polyvol/core";
import type { BlockStorageDriver, CallContext } from "@polyvol/core/driver";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanEmulator, type DigitalOceanOptions } from "@polyvol/emulators/digitalocean";
import { onTestFinished } from "vitest";
import { createDigitalOceanDriver, createDigitalOceanStorage } from "../src/create.ts";
import type { DigitalOceanStorageOptions } from "../src/options.ts";

export const TOKEN = "dop_v1_00000000000000000000000000000000000000000000000000000000deadbeef";
export const DROPLETS: readonly { readonly id: number; readonly region: string }[] = [
  { id: 1001, region: "nyc3" },
  { id: 1002, region: "nyc3" },
];

/** A fresh emulated account behind a port of its own, and Polyvol in front of it, on one clock that runs freely. */
export interface Cloud {
  readonly emulator: ReturnType<typeof createDigitalOceanEmulator>;
  readonly url: string;
  readonly clock: VirtualClock;
  readonly options: DigitalOceanStorageOptions;
  readonly storage: BlockStorage;
  readonly driver: BlockStorageDriver;
  readonly context: CallContext;
  /** `METHOD /path?query` of every request so far. */
  sent(): string[];
}

/** Opens a cloud for one test; it is closed when the test ends. */
export async function openCloud(
  emulated: DigitalOceanOptions = {},
  configured: DigitalOceanStorageOptions = {},
): Promise<Cloud> {
  const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
  clock.runFreely();
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN], droplets: DROPLETS, ...emulated, clock });
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const options = { token: TOKEN, region: "nyc3", baseUrl: listener.url, clock, ...configured };
  return {
    emulator,
    url: listener.url,
    clock,
    options,
    storage: createDigitalOceanStorage(options),
    driver: createDigitalOceanDriver(options),
    context: {
      operation: "test",
      abortSignal: new AbortController().signal,
      remainingMs: () => 3_600_000,
      emit: () => undefined,
    },
    sent: () => emulator.log.entries().map(({ method, target }) => `${method} ${target}`),
  };
}
