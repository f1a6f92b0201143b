import { fileURLToPath } from "node:url";
import {
  PROVIDERS,
  type Provider,
  runProgram,
  runProgramHere,
  startClouds,
  startOpenStack,
} from "@polyvol-examples/test-support";
import { expect, test } from "vitest";

const PROGRAM = new URL("../src/main.ts", import.meta.url);

const SEEDS: Readonly<Record<Provider, unknown>> = {
  digitalocean: {
    volumes: [
      { name: "data", region: "nyc3", size_gigabytes: 10 },
      { name: "logs", region: "nyc3", size_gigabytes: 5 },
    ],
  },
  "samsung-scp": { volumes: [{ name: "data" }, { name: "logs" }] },
};

test.each(PROVIDERS)("the same program on %s: only the configuration changes", async (provider) => {
  const clouds = await startClouds();
  const emulator = clouds.emulators[provider];
  emulator.seed(SEEDS[provider]);
  const config = await clouds.configLike(new URL(`../${provider}.yaml`, import.meta.url));

  // As its user runs it, for one of them.
  const run = provider === "digitalocean" ? runProgram : runProgramHere;
  const { exitCode, stdout, stderr } = await run(PROGRAM, [config]);

  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout.trim().split("\n")).toHaveLength(2);
  expect(stdout).toMatch(/^production: nightly-2026-11-21 of \S+ is available$/m);
  const { snapshots } = emulator.state() as { readonly snapshots: readonly { readonly name: string }[] };
  expect(snapshots.map((each) => each.name)).toEqual(["nightly-2026-11-21", "nightly-2026-11-21"]);
});

test("the same program on openstack, with the configuration as it stands and a clouds.yaml", async () => {
  const { emulator, environment } = await startOpenStack("shop");
  emulator.seed({ volumes: ["data", "logs"].map((name) => ({ name, size: 10 })) });
  const config = fileURLToPath(new URL("../openstack.yaml", import.meta.url));

  const { exitCode, stdout, stderr } = await runProgramHere(PROGRAM, [config], environment);

  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout.trim().split("\n")).toHaveLength(2);
  const { snapshots } = emulator.state() as { readonly snapshots: readonly { readonly name: string }[] };
  expect(snapshots.map((each) => each.name)).toEqual(["nightly-2026-11-21", "nightly-2026-11-21"]);
});
