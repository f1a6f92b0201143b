import type { BlockStorage, PolyvolEvent } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import type { Emulator } from "@polyvol/emulators";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "@polyvol/emulators/samsung-scp";
import { onTestFinished } from "vitest";
import { createSamsungScpStorage } from "../src/index.ts";
import type { SamsungScpStorageOptions } from "../src/options.ts";

export const ACCESS_KEY = "AKTESTEXAMPLE0001";
export const SECRET_KEY = "test-secret-key-not-real-0001";
export const SERVER = "b13531ca-99ec-4aa5-a2dd-a85665b0a358";
export const OTHER_SERVER = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f";

/** One request as it reached the emulator. */
export interface Sent {
  readonly line: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Emulated {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly url: string;
  readonly storage: BlockStorage;
  readonly events: readonly PolyvolEvent[];
  /** Another storage over the same account. */
  another(options?: Partial<SamsungScpStorageOptions>): BlockStorage;
  /** What has been sent since the last call of this function. */
  sent(): readonly Sent[];
  /** The same, as `GET /v1/volumes?limit=1`. */
  lines(): readonly string[];
}

/** A storage over real HTTP to an emulator, both on one virtual clock that runs by itself. */
export async function emulated(
  options: {
    readonly emulator?: Partial<SamsungScpEmulatorOptions>;
    readonly storage?: Partial<SamsungScpStorageOptions>;
    readonly today?: string;
  } = {},
): Promise<Emulated> {
  const clock = createVirtualClock(options.today === undefined ? undefined : Date.parse(options.today));
  clock.runFreely();
  const emulator = createSamsungScpEmulator({
    ...{ clock, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, servers: [SERVER, OTHER_SERVER] },
    ...options.emulator,
  });
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const events: PolyvolEvent[] = [];
  const another = (more: Partial<SamsungScpStorageOptions> = {}): BlockStorage =>
    createSamsungScpStorage({
      ...{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, region: "kr-west1", environment: "e", clock },
      ...{ baseUrl: listener.url, onEvent: (event) => void events.push(event), random: () => 0.5 },
      ...options.storage,
      ...more,
    });
  let seen = 0;
  function sent(): readonly Sent[] {
    const all = emulator.log.entries();
    const news = all.slice(seen).map(({ method, target, requestBody, requestHeaders }) => ({
      line: `${method} ${target}`,
      body: requestBody === "" ? undefined : (JSON.parse(requestBody) as unknown),
      headers: requestHeaders,
    }));
    seen = all.length;
    return news;
  }
  return {
    ...{ emulator, clock, events, another, sent },
    url: listener.url,
    storage: another(),
    lines: () => sent().map(({ line }) => line),
  };
}
