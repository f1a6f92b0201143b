import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { type Ended, polyvol, type Started, start } from "./polyvol.ts";

export const ENV: Readonly<Record<string, string>> = {
  TOKEN: "T-secret",
  ACCESS: "A-secret",
  SECRET: "S-secret",
};

/** A token that is shown no tags. */
export const BLIND = "B-secret";
const ALL_BUT_TAG_READ = [
  ...["read", "create", "delete"].flatMap((verb) => [
    `block_storage:${verb}`,
    `block_storage_snapshot:${verb}`,
  ]),
  ...["snapshot:read", "tag:create", "tag:delete"],
];

const QUICK = {
  volumeCreate: 60,
  snapshotCreate: 60,
  volumeDelete: 40,
  snapshotDelete: 40,
  extend: 60,
  revert: 60,
};

/** Two emulated clouds over HTTP, and a folder with a configuration that names them. */
export interface Clouds {
  readonly ocean: Emulator;
  readonly samsung: Emulator;
  readonly urls: { readonly ocean: string; readonly samsung: string };
  readonly folder: string;
  /** Runs the command in that folder. */
  run(command: string, env?: Readonly<Record<string, string>>, columns?: number): Promise<Ended>;
  start(command: string): Started;
  write(name: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export interface StartCloudsOptions {
  /** How long work takes on Samsung, in milliseconds. Default: next to nothing. */
  readonly durations?: object;
  /** The emulators' clock. Default: the machine's. */
  readonly clock?: Clock;
}

export async function startClouds(options: StartCloudsOptions = {}): Promise<Clouds> {
  const { durations = QUICK, clock } = options;
  const ocean = createDigitalOceanEmulator({
    clock,
    tokens: ["T-secret", { token: BLIND, scopes: ALL_BUT_TAG_READ }],
    droplets: [{ id: 1001, region: "nyc3" }],
    actionDurationMs: 0,
  });
  const samsung = createSamsungScpEmulator({
    clock,
    accessKey: "A-secret",
    secretKey: "S-secret",
    durations,
  });
  const [first, second] = await Promise.all([ocean.listen(), samsung.listen()]);
  const folder = await mkdtemp(join(tmpdir(), "polyvol-cli-"));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write("polyvol.config.yaml", configOf(first.url, second.url));
  const split = (command: string): string[] => command.split(" ").filter((word) => word !== "");
  return {
    ocean,
    samsung,
    urls: { ocean: first.url, samsung: second.url },
    folder,
    run: (command, env = ENV, columns) =>
      polyvol(split(command), { cwd: folder, env, ...(columns === undefined ? {} : { columns }) }),
    start: (command) => start(split(command), { cwd: folder, env: ENV }),
    write,
    async close() {
      await Promise.all([first.close(), second.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(ocean: string, samsung: string): string {
  return `clouds:
  ocean:
    provider: digitalocean
    region: nyc3
    credentials: { token: { env: TOKEN } }
    options: { baseUrl: "${ocean}", polling: { initialDelayMs: 20, maxDelayMs: 50 } }
  samsung:
    provider: samsung-scp
    region: kr-west1
    credentials: { accessKey: { env: ACCESS }, secretKey: { env: SECRET } }
    options:
      baseUrl: "${samsung}"
      settleMs: 30
      polling: { initialDelayMs: 20, maxDelayMs: 50 }
`;
}
