import "reflect-metadata";
import { createMemoryStorage } from "@polyvol/memory";
import {
  PROVIDERS,
  type Provider,
  runProgram,
  runProgramHere,
  startClouds,
} from "@polyvol-examples/test-support";
import { container } from "tsyringe";
import { expect, test } from "vitest";
import { NightlySnapshots } from "../src/nightly-snapshots.ts";
import { NOW, registerServices, STORAGE } from "../src/services.ts";

test("the service with a cloud in memory in place of a real one", async () => {
  const storage = createMemoryStorage();
  await storage.volumes.create({ name: "data", sizeGiB: 10 });
  await storage.volumes.create({ name: "logs", sizeGiB: 5 });

  const own = container.createChildContainer();
  own.register(STORAGE, { useValue: storage });
  own.register(NOW, { useValue: () => new Date("2026-11-21T23:00:00Z") });
  registerServices(own);
  const nightly = own.resolve(NightlySnapshots);

  const taken = await nightly.take();
  expect(taken.map(({ name }) => name)).toEqual(["nightly-2026-11-21", "nightly-2026-11-21"]);
  expect(await nightly.take()).toEqual(taken);
  expect(await storage.snapshots.list().toArray()).toHaveLength(2);
});

const PROGRAM = new URL("../src/main.ts", import.meta.url);
const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);
const SEEDS: Readonly<Record<Provider, { readonly cloud: string; readonly data: object }>> = {
  digitalocean: {
    cloud: "ocean",
    data: { volumes: [{ name: "data", region: "nyc3", size_gigabytes: 10 }] },
  },
  "samsung-scp": { cloud: "samsung", data: { volumes: [{ name: "data" }] } },
};

test.each(PROVIDERS)("the same service composed with the configured cloud: %s", async (provider) => {
  const { emulators, configLike } = await startClouds();
  const { cloud, data } = SEEDS[provider];
  emulators[provider].seed(data);
  // As its user runs it, for one of them.
  const run = provider === "digitalocean" ? runProgram : runProgramHere;
  const { exitCode, stdout, stderr } = await run(PROGRAM, [await configLike(CONFIG), cloud]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^${cloud}: nightly-\\d{4}-\\d\\d-\\d\\d of \\S+ is available\\n$`));
  expect(emulators[provider].state()).toMatchObject({
    snapshots: [{ name: expect.stringMatching(/^nightly-/) }],
  });
});
