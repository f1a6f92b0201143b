import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "./folder.ts";

export const PROVIDERS = ["digitalocean", "samsung-scp"] as const;

export type Provider = (typeof PROVIDERS)[number];

/** What the emulators accept, under the names that the examples' configurations use. */
export const CREDENTIALS = { DIGITALOCEAN_TOKEN: "T", SCP_ACCESS_KEY: "A", SCP_SECRET_KEY: "S" } as const;

/** Both providers, each on a port of its own. */
export interface EmulatedClouds {
  readonly emulators: Readonly<Record<Provider, Emulator>>;
  readonly urls: Readonly<Record<Provider, string>>;
  /** Copies a configuration so that its clouds are the emulated ones, and gives the path of the copy. */
  configLike(file: URL): Promise<string>;
}

interface ConfigText {
  readonly clouds: Readonly<Record<string, { readonly provider: Provider; readonly options?: object }>>;
}

/** Work that takes seconds in a real cloud ends here at once, so that nobody waits for a test. */
const QUICK = { volumeCreate: 20, snapshotCreate: 20, volumeDelete: 20, snapshotDelete: 20, extend: 20 };
const IMPATIENT = { polling: { initialDelayMs: 10, maxDelayMs: 50 } };

/** Starts both, empty, on the real clock (programs in processes of their own have no other). They end with the test. */
export async function startClouds(): Promise<EmulatedClouds> {
  const { DIGITALOCEAN_TOKEN, SCP_ACCESS_KEY: accessKey, SCP_SECRET_KEY: secretKey } = CREDENTIALS;
  const emulators = {
    digitalocean: createDigitalOceanEmulator({ tokens: [DIGITALOCEAN_TOKEN], actionDurationMs: 20 }),
    "samsung-scp": createSamsungScpEmulator({ accessKey, secretKey, durations: QUICK }),
  };
  const listeners = {
    digitalocean: await emulators.digitalocean.listen(),
    "samsung-scp": await emulators["samsung-scp"].listen(),
  };
  onTestFinished(async () => {
    await Promise.all(Object.values(listeners).map((listener) => listener.close()));
  });
  const urls = { digitalocean: listeners.digitalocean.url, "samsung-scp": listeners["samsung-scp"].url };
  return { emulators, urls, configLike: (file) => copyConfig(file, urls) };
}

async function copyConfig(file: URL, urls: EmulatedClouds["urls"]): Promise<string> {
  const config = parse(await readFile(file, "utf8")) as ConfigText;
  const clouds = Object.entries(config.clouds).map(([name, cloud]) => {
    const settle = cloud.provider === "samsung-scp" ? { settleMs: 50 } : {};
    const options = { ...cloud.options, ...IMPATIENT, ...settle, baseUrl: urls[cloud.provider] };
    return [name, { ...cloud, options }];
  });
  const copy = join(await temporaryFolder(), "polyvol.config.json");
  await writeFile(copy, JSON.stringify({ ...config, clouds: Object.fromEntries(clouds) }));
  return copy;
}
