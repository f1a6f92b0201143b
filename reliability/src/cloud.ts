import { type BlockStorage, type BlockStorageOptions, logEvents, type PolyvolEvent } from "@polyvol/core";
import { type Clock, createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import type { Emulator, Fault, FaultMatch, Inventory } from "@polyvol/emulators";
import { createDigitalOceanEmulator, type DigitalOceanOptions } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "@polyvol/emulators/samsung-scp";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";
import { onTestFinished } from "vitest";
import { createRandom } from "./random.ts";

export const PROVIDERS: readonly Provider[] = ["digitalocean", "samsung-scp"];
export type Provider = "digitalocean" | "samsung-scp";
export type Kind = "volume" | "snapshot";
export type Step = "volumes.create" | "volumes.delete" | "snapshots.create" | "snapshots.delete";

export const TOKEN = "dop_v1_11111111111111111111111111111111111111111111111111111111feedc0de";
export const ACCESS_KEY = "AKRELIABILITY0001";
const SECRET_KEY = "planted-secret-key-not-real-0001";
/** Every secret that a storage of this suite holds. */
export const SECRETS: readonly string[] = [TOKEN, ACCESS_KEY, SECRET_KEY];

const SERVERS = ["b13531ca-99ec-4aa5-a2dd-a85665b0a358", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"];
const DROPLETS = [
  { id: 1001, region: "nyc3" },
  { id: 1002, region: "nyc3" },
];

export interface StorageSettings extends BlockStorageOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly maxConcurrency?: number;
  readonly attemptTimeoutMs?: number;
  readonly clock?: Clock;
}

/** One emulated account behind a port of its own, and any number of storages in front of it, on one clock. */
export interface Cloud {
  readonly provider: Provider;
  readonly emulator: Emulator;
  readonly url: string;
  readonly clock: VirtualClock;
  /** Servers that volumes can be attached to. */
  readonly servers: readonly string[];
  /** Smallest size of a volume that the provider makes. */
  readonly sizeGiB: number;
  readonly events: PolyvolEvent[];
  /** What a log of the events holds. */
  logLines(): readonly string[];
  /** Another process: a storage with a rate limiter (by a clock object of its own), a budget and locks of its own. */
  storage(settings?: StorageSettings): BlockStorage;
  /** What the emulator holds: the only thing that is counted. */
  holds(): Inventory;
  /** Volumes that are there from the start. */
  seedVolumes(names: readonly string[]): readonly string[];
}

export interface CloudSettings {
  readonly digitalocean?: DigitalOceanOptions;
  readonly samsung?: Partial<SamsungScpEmulatorOptions>;
}

export async function openCloud(provider: Provider, settings: CloudSettings = {}): Promise<Cloud> {
  const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
  clock.runFreely();
  const shell = { clock, logLimit: 200_000 };
  const emulator =
    provider === "digitalocean"
      ? createDigitalOceanEmulator({
          ...{ tokens: [TOKEN], droplets: DROPLETS, quotaPerMinute: 0 },
          ...settings.digitalocean,
          ...shell,
        })
      : createSamsungScpEmulator({
          ...{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, servers: SERVERS },
          ...settings.samsung,
          ...shell,
        });
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const events: PolyvolEvent[] = [];
  let storages = 0;
  const holds = (): Inventory => emulator.inventory();
  return {
    ...{ provider, emulator, clock, events, holds },
    logLines: () => linesOf(events),
    url: listener.url,
    servers: provider === "digitalocean" ? DROPLETS.map(({ id }) => String(id)) : SERVERS,
    sizeGiB: provider === "digitalocean" ? 1 : 8,
    storage: (own = {}) => {
      storages += 1;
      const all = {
        ...{ clock: { ...clock }, baseUrl: listener.url, quotas: [], random: createRandom(storages) },
        onEvent: (event: PolyvolEvent): void => {
          events.push(event);
        },
        ...own,
      };
      return provider === "digitalocean"
        ? createDigitalOceanStorage({ ...all, token: TOKEN, region: "nyc3" })
        : createSamsungScpStorage({
            ...{ ...all, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, apiVersion: "1.3" },
            ...{ region: "kr-west1", environment: "e" },
          });
    },
    seedVolumes: (names) => {
      emulator.seed({
        volumes: names.map((name) =>
          provider === "digitalocean" ? { name, region: "nyc3", size_gigabytes: 1 } : { name, size: 8 },
        ),
      });
      const ids = new Map(holds().volumes.map((each) => [each.name, each.id]));
      return names.map((name) => ids.get(name) ?? "");
    },
  };
}

function linesOf(events: readonly PolyvolEvent[]): readonly string[] {
  const lines: string[] = [];
  const log = (message: string, fields: object): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const logged = logEvents({ debug: log, info: log, warn: log });
  for (const event of events) logged(event);
  return lines;
}

/** Which requests a step of the portable interface makes. */
function matchOf(provider: Provider, step: Step): FaultMatch {
  const ofDigitalOcean: Readonly<Record<Step, FaultMatch>> = {
    "volumes.create": { method: "POST", path: "/v2/volumes" },
    "volumes.delete": { method: "DELETE", path: "/v2/volumes/*" },
    "snapshots.create": { method: "POST", path: "/v2/volumes/*/snapshots" },
    "snapshots.delete": { method: "DELETE", path: "/v2/**" },
  };
  const ofSamsung: Readonly<Record<Step, FaultMatch>> = {
    "volumes.create": { method: "POST", path: "/v1/volumes" },
    "volumes.delete": { method: "DELETE", path: "/v1/volumes/*" },
    "snapshots.create": { method: "POST", path: "/v1/snapshots" },
    "snapshots.delete": { method: "DELETE", path: "/v1/snapshots/*" },
  };
  return (provider === "digitalocean" ? ofDigitalOcean : ofSamsung)[step];
}

export function strike(cloud: Cloud, step: Step | undefined, fault: Fault): void {
  cloud.emulator.faults.add(step === undefined ? fault : { ...fault, match: matchOf(cloud.provider, step) });
}

/** What a call threw; `undefined` when it succeeded. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error ?? new Error("rejected with nothing"),
  );
}
