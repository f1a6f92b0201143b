import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

const CLOUDS: Readonly<Record<string, () => Emulator>> = {
  digitalocean: () => createDigitalOceanEmulator({ tokens: ["T"] }),
  "samsung-scp": () =>
    createSamsungScpEmulator({ accessKey: "A", secretKey: "S", durations: { snapshotCreate: 100 } }),
};

const SEEDS: Readonly<Record<string, unknown>> = {
  digitalocean: {
    volumes: [
      { name: "data", region: "nyc3", size_gigabytes: 10 },
      { name: "logs", region: "nyc3", size_gigabytes: 5 },
    ],
  },
  "samsung-scp": { volumes: [{ name: "data" }, { name: "logs" }] },
};

test.each(Object.keys(CLOUDS))("the same program on %s: only the configuration changes", async (provider) => {
  const emulator = CLOUDS[provider]?.();
  if (emulator === undefined) throw new Error(`no emulator of ${provider}`);
  emulator.seed(SEEDS[provider]);
  const listener = await emulator.listen();
  const work = await mkdtemp(join(tmpdir(), "polyvol-example-"));
  try {
    // The example's own file, pointed at the emulator.
    const written = await readFile(join(folder, `${provider}.yaml`), "utf8");
    const options = written.includes("options:") ? "" : "    options:\n";
    const path = join(work, "polyvol.config.yaml");
    await writeFile(path, `${written}${options}      baseUrl: ${listener.url}\n`);
    const credentials = { DIGITALOCEAN_TOKEN: "T", SCP_ACCESS_KEY: "A", SCP_SECRET_KEY: "S" };
    const main = ["--conditions=@polyvol/source", join(folder, "src/main.ts"), path];
    const { stdout } = await run(process.execPath, main, { env: { ...process.env, ...credentials } });
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stdout).toMatch(/^production: nightly-2026-11-21 of \S+ is available$/m);
    const { snapshots } = emulator.state() as { readonly snapshots: readonly { readonly name: string }[] };
    expect(snapshots.map((each) => each.name)).toEqual(["nightly-2026-11-21", "nightly-2026-11-21"]);
  } finally {
    await listener.close();
    await rm(work, { recursive: true });
  }
});
