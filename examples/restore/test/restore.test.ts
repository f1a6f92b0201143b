import {
  type EmulatedClouds,
  type Ended,
  PROVIDERS,
  type Provider,
  runProgram,
  runProgramHere,
  startClouds,
} from "@polyvol-examples/test-support";
import { expect, test } from "vitest";

const PROGRAM = new URL("../src/main.ts", import.meta.url);
const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

/** The volume has grown from 8 to 16 GiB since it was snapshotted. */
const SEEDS: Readonly<Record<Provider, { readonly cloud: string; readonly data: object }>> = {
  digitalocean: {
    cloud: "ocean",
    data: {
      volumes: [
        { id: "0d0d", name: "data", region: "nyc3", size_gigabytes: 16 },
        { name: "fresh", region: "nyc3", size_gigabytes: 1 },
      ],
      snapshots: [
        { name: "newest", volume_name: "data", min_disk_size: 8, created_at: "2026-11-21T02:00:00Z" },
        { name: "older", volume_name: "data", min_disk_size: 8, created_at: "2026-11-20T02:00:00Z" },
      ],
    },
  },
  "samsung-scp": {
    cloud: "samsung",
    data: {
      volumes: [{ name: "data", size: 16 }, { name: "fresh" }],
      snapshots: [
        { name: "newest", volume_name: "data", size: 8, created_at: "2026-11-21T02:00:00Z" },
        { name: "older", volume_name: "data", size: 8, created_at: "2026-11-20T02:00:00Z" },
        {
          name: "broken",
          volume_name: "data",
          size: 8,
          status: "error",
          created_at: "2026-11-22T02:00:00Z",
        },
      ],
    },
  },
};

interface Prepared extends EmulatedClouds {
  restore(...parameters: readonly string[]): Promise<Ended>;
  /** The same in a process of its own. */
  restoreApart(...parameters: readonly string[]): Promise<Ended>;
  /** Names of all volumes, as the provider has them. */
  volumes(): readonly string[];
}

async function prepare(provider: Provider): Promise<Prepared> {
  const clouds = await startClouds();
  const emulator = clouds.emulators[provider];
  const { cloud, data } = SEEDS[provider];
  emulator.seed(data);
  const config = await clouds.configLike(CONFIG);
  return {
    ...clouds,
    restore: (...parameters) => runProgramHere(PROGRAM, [config, cloud, ...parameters]),
    restoreApart: (...parameters) => runProgram(PROGRAM, [config, cloud, ...parameters]),
    volumes: () => {
      const state = emulator.state() as { readonly volumes: readonly { readonly name: string }[] };
      return state.volumes.map(({ name }) => name).toSorted();
    },
  };
}

test.each(PROVIDERS)("restores the newest snapshot, once, whatever happens: %s", async (provider) => {
  const { emulators, restore, restoreApart, volumes } = await prepare(provider);
  emulators[provider].faults.add({
    kind: "cut-after",
    count: 1,
    match: { method: "POST", path: { regexp: "/volumes$" } },
  });

  const first = await restoreApart("data", "data-restored");
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toMatch(
    /^data-restored \(\S+\) has 16 GiB, restored from newest of 2026-11-21T02:00:00.000Z\n$/,
  );
  expect(emulators[provider].faults.list()).toMatchObject([{ applied: 1 }]);

  const again = await restore("data", "data-restored");
  expect([again.exitCode, again.stdout]).toEqual([0, first.stdout]);
  expect(volumes()).toEqual(["data", "data-restored", "fresh"]);
});

test.each(PROVIDERS)("says clearly that there is nothing to restore from: %s", async (provider) => {
  const { restore, volumes } = await prepare(provider);

  expect(await restore("fresh", "copy")).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^there is nothing to restore fresh from: of 0 snapshots of \S+ none is available\n$/,
    ),
  });
  expect(await restore("nowhere", "copy")).toMatchObject({
    exitCode: 1,
    stderr:
      "there is nothing to restore nowhere from: no volume has that name, and of 0 snapshots of nowhere none is available\n",
  });
  expect(volumes()).toEqual(["data", "fresh"]);
});

test.each(PROVIDERS)("does not take a volume for the restored one that is not: %s", async (provider) => {
  const { restore, volumes } = await prepare(provider);
  const { exitCode, stderr } = await restore("data", "fresh");
  expect(exitCode).toBe(1);
  expect(stderr).toContain('"fresh"');
  expect(stderr).toContain("(already_exists");
  expect(volumes()).toEqual(["data", "fresh"]);
});

test("of two volumes of one name the one in the cloud's region is meant, or the one in the region that is named", async () => {
  const { emulators, restore } = await prepare("digitalocean");
  emulators.digitalocean.seed({
    volumes: [{ id: "0a0a", name: "data", region: "ams3", size_gigabytes: 32 }],
    snapshots: [{ name: "far", resource_id: "0a0a", created_at: "2026-11-22T02:00:00Z" }],
  });
  expect((await restore("data", "home")).stdout).toContain("restored from newest");
  const far = await restore("data", "far", "ams3");
  expect(far).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("restored from far") });
});

test("a volume that is gone is restored by its id, where snapshots outlive it", async () => {
  const { emulators, restore, volumes } = await prepare("digitalocean");
  await emulators.digitalocean.fetch("https://api.digitalocean.com/v2/volumes/0d0d", {
    method: "DELETE",
    headers: { authorization: "Bearer T" },
  });
  const { exitCode, stdout } = await restore("0d0d", "data");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("data (");
  expect(stdout).toContain("has 8 GiB, restored from newest");
  expect(volumes()).toEqual(["data", "fresh"]);
});
