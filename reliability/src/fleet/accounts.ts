import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { onTestFinished } from "vitest";

/** Credentials of all accounts: each is an emulator of its own. */
const ENV: Readonly<Record<string, string>> = {
  TOKEN: "T-planted",
  ACCESS: "A-planted",
  SECRET: "S-planted",
};

/** What is asked of the policy: one slot, and none that comes due while a test runs. */
export const POLICIES = {
  yearly: {
    select: { name: "*" },
    schedule: { cron: "@yearly", timezone: "UTC" },
    retention: { yearly: 3 },
  },
};

/** One emulated account. */
export interface FleetAccount {
  readonly key: string;
  readonly emulator: Emulator;
}

/** Accounts behind ports of their own, every other one of each provider, and the configuration that names them. */
export interface FleetAccounts {
  readonly all: readonly FleetAccount[];
  /** The configuration file. */
  readonly file: string;
  /** Variables that workers need. */
  readonly env: Readonly<Record<string, string>>;
  /** How many snapshots all of them hold. */
  made(): number;
}

/** With the documented quota of DigitalOcean; Samsung documents none. What takes minutes
 * there is shortened to seconds: long enough that work is under way whatever happens. */
export async function openAccounts(count: number, volumes: number): Promise<FleetAccounts> {
  const folder = mkdtempSync(join(tmpdir(), "polyvol-fleet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const names = Array.from({ length: volumes }, (_, index) => `volume-${index}`);
  const clouds: Record<string, object> = {};
  const all: FleetAccount[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = `account-${String(index).padStart(3, "0")}`;
    const emulator = index % 2 === 0 ? digitalOcean(names, index) : samsung(names, index);
    const listener = await emulator.listen();
    onTestFinished(() => listener.close());
    const polling = { initialDelayMs: 50, maxDelayMs: 200 };
    clouds[key] =
      index % 2 === 0
        ? {
            ...{ provider: "digitalocean", account: key, region: "nyc3" },
            credentials: { token: { env: "TOKEN" } },
            options: { baseUrl: listener.url, polling },
          }
        : {
            ...{ provider: "samsung-scp", account: key, region: "kr-west1" },
            credentials: { accessKey: { env: "ACCESS" }, secretKey: { env: "SECRET" } },
            options: { baseUrl: listener.url, settleMs: 200, polling },
          };
    all.push({ key, emulator });
  }
  const file = join(folder, "fleet.json");
  writeFileSync(file, JSON.stringify({ clouds, policies: POLICIES }));
  return {
    all,
    file,
    env: ENV,
    made: () => all.reduce((sum, { emulator }) => sum + emulator.inventory().snapshots.length, 0),
  };
}

function digitalOcean(names: readonly string[], randomSeed: number): Emulator {
  const emulator = createDigitalOceanEmulator({ tokens: ["T-planted"], latencyMs: 100, randomSeed });
  emulator.seed({ volumes: names.map((name) => ({ name, region: "nyc3", size_gigabytes: 1 })) });
  return emulator;
}

function samsung(names: readonly string[], randomSeed: number): Emulator {
  const emulator = createSamsungScpEmulator({
    ...{ accessKey: "A-planted", secretKey: "S-planted", randomSeed },
    latencyMs: 20,
    durations: { snapshotCreate: 3_000 },
  });
  emulator.seed({ volumes: names.map((name) => ({ name, size: 8 })) });
  return emulator;
}
