import { randomBytes } from "node:crypto";
import type { Clock } from "@polyvol/core";
import type { Emulator } from "@polyvol/emulators";
import { type TrueState, trueState } from "./true-state.ts";
import { oceanSeed, samsungSeed } from "./volumes.ts";

/** A cloud on this machine. */
export interface EmulatedCloud {
  /** Its name in the configuration. */
  readonly name: string;
  /** The provider's name for people. */
  readonly title: string;
  readonly url: string;
  readonly port: number;
  readonly emulator: Emulator;
  /** What the adapter needs to know besides credentials. */
  readonly settings: { readonly provider: string; readonly region: string; readonly options: object };
  /** Credentials by the adapter's names for them. Good for this emulator only. */
  readonly credentials: Readonly<Record<string, string>>;
  state(): TrueState;
  close(): Promise<void>;
}

/** Starts one emulator for each provider on a free port, with volumes and things of somebody else. */
export async function startClouds(clock: Clock, seed: number): Promise<readonly EmulatedCloud[]> {
  // Everything that was there before is a hundred days old.
  const createdAt = new Date(clock.now() - 100 * 86_400_000).toISOString();
  return await Promise.all([startOcean(clock, seed, createdAt), startSamsung(clock, seed, createdAt)]);
}

const key = (): string => randomBytes(16).toString("hex");

async function startOcean(clock: Clock, seed: number, createdAt: string): Promise<EmulatedCloud> {
  const { createDigitalOceanEmulator } = await import("@polyvol/emulators/digitalocean");
  const credentials = { token: key() };
  const emulator = createDigitalOceanEmulator({ tokens: [credentials.token], randomSeed: seed, clock });
  emulator.seed(oceanSeed(createdAt));
  return await serve(emulator, "ocean", "DigitalOcean", credentials, (baseUrl) => ({
    provider: "digitalocean",
    region: "nyc3",
    options: { baseUrl },
  }));
}

async function startSamsung(clock: Clock, seed: number, createdAt: string): Promise<EmulatedCloud> {
  const { createSamsungScpEmulator } = await import("@polyvol/emulators/samsung-scp");
  const credentials = { accessKey: key(), secretKey: key() };
  const emulator = createSamsungScpEmulator({ ...credentials, randomSeed: seed, clock });
  emulator.seed(samsungSeed(createdAt));
  return await serve(emulator, "samsung", "Samsung Cloud Platform", credentials, (baseUrl) => ({
    provider: "samsung-scp",
    region: "kr-west1",
    options: { environment: "e", baseUrl },
  }));
}

async function serve(
  emulator: Emulator,
  name: string,
  title: string,
  credentials: EmulatedCloud["credentials"],
  settings: (baseUrl: string) => EmulatedCloud["settings"],
): Promise<EmulatedCloud> {
  const { url, port, close } = await emulator.listen();
  return {
    name,
    title,
    url,
    port,
    emulator,
    settings: settings(url),
    credentials,
    state: () => trueState(emulator),
    close,
  };
}
