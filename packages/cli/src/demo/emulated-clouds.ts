import { randomBytes } from "node:crypto";
import type { Emulator } from "@polyvol/emulators";
import { digitalOceanSeed, samsungScpSeed } from "./seeds.ts";

/** What a cloud really holds, read past the API that the adapters use. */
export interface TrueState {
  /** Each volume with all its fields, as JSON. */
  readonly volumes: readonly string[];
  readonly snapshots: readonly { readonly name: string; readonly volumeId: string }[];
}

/** A cloud on this machine. */
export interface EmulatedCloud {
  readonly name: string;
  /** The provider's name for people. */
  readonly title: string;
  readonly url: string;
  /** Its part of a configuration file. */
  readonly config: object;
  state(): TrueState;
  close(): Promise<void>;
}

export interface EmulatedClouds {
  readonly clouds: readonly EmulatedCloud[];
  /** The variables that the configuration refers to. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** How far away the clouds seem to be. */
const LATENCY_MS = 15;
const key = (): string => randomBytes(24).toString("hex");

/** Starts one emulator for each provider, on free ports of this machine, with volumes to work on. */
export async function startClouds(): Promise<EmulatedClouds> {
  const environment = { DEMO_TOKEN: key(), DEMO_ACCESS_KEY: key(), DEMO_SECRET_KEY: key() };
  const clouds = await Promise.all([startOcean(environment.DEMO_TOKEN), startSamsung(environment)]);
  return {
    clouds,
    environment,
    close: async () => void (await Promise.all(clouds.map((cloud) => cloud.close()))),
  };
}

async function startOcean(token: string): Promise<EmulatedCloud> {
  const { createDigitalOceanEmulator } = await import("@polyvol/emulators/digitalocean");
  const emulator = createDigitalOceanEmulator({ tokens: [token], latencyMs: LATENCY_MS });
  emulator.seed(digitalOceanSeed);
  return await serve(emulator, "ocean", "DigitalOcean", (baseUrl) => ({
    provider: "digitalocean",
    region: "nyc3",
    credentials: { token: { env: "DEMO_TOKEN" } },
    options: { baseUrl },
  }));
}

async function startSamsung(keys: {
  readonly DEMO_ACCESS_KEY: string;
  readonly DEMO_SECRET_KEY: string;
}): Promise<EmulatedCloud> {
  const { createSamsungScpEmulator } = await import("@polyvol/emulators/samsung-scp");
  const emulator = createSamsungScpEmulator({
    accessKey: keys.DEMO_ACCESS_KEY,
    secretKey: keys.DEMO_SECRET_KEY,
    latencyMs: LATENCY_MS,
    durations: { snapshotCreate: 1800, snapshotDelete: 900 },
  });
  emulator.seed(samsungScpSeed);
  return await serve(emulator, "samsung", "Samsung Cloud Platform", (baseUrl) => ({
    provider: "samsung-scp",
    region: "kr-west1",
    credentials: { accessKey: { env: "DEMO_ACCESS_KEY" }, secretKey: { env: "DEMO_SECRET_KEY" } },
    options: {
      baseUrl,
      environment: "e",
      settleMs: 500,
      // The real one takes longer, and is asked less often.
      polling: { initialDelayMs: 300, maxDelayMs: 800 },
    },
  }));
}

async function serve(
  emulator: Emulator,
  name: string,
  title: string,
  config: (baseUrl: string) => object,
): Promise<EmulatedCloud> {
  const listener = await emulator.listen({ port: 0 });
  return {
    name,
    title,
    url: listener.url,
    config: config(listener.url),
    state: () => trueState(emulator),
    close: () => listener.close(),
  };
}

function trueState(emulator: Emulator): TrueState {
  const { volumes, snapshots } = emulator.state() as {
    readonly volumes: readonly object[];
    readonly snapshots: readonly Readonly<Record<string, unknown>>[];
  };
  return {
    volumes: volumes.map((volume) => JSON.stringify(volume)),
    snapshots: snapshots.map((snapshot) => ({
      name: String(snapshot["name"]),
      // Each emulator tells it in its provider's own words.
      volumeId: String(snapshot["resource_id"] ?? snapshot["volume_id"]),
    })),
  };
}
