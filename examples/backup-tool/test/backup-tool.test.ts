import { snapshotName } from "@polyvol/backup";
import { type EmulatedClouds, runProgram, runProgramHere, startClouds } from "@polyvol-examples/test-support";
import { expect, test } from "vitest";

const PROGRAM = new URL("../src/main.ts", import.meta.url);
const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);
const DB = "5a1e0000-0000-4000-8000-0000000000db";
const DAY_MS = 86_400_000;

/** Both clouds with three volumes. On Samsung the database has ten snapshots, a week apart: with a new one, four go. */
async function prepare(): Promise<EmulatedClouds & { readonly config: string }> {
  const clouds = await startClouds();
  const volumes = ["db-orders", "web-shop", "scratch"];
  clouds.emulators.digitalocean.seed({
    volumes: volumes.map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  const newest = Math.floor((Date.now() - 10 * DAY_MS) / DAY_MS) * DAY_MS;
  clouds.emulators["samsung-scp"].seed({
    volumes: [{ id: DB, name: "db-erp" }, { name: "web-portal" }, { name: "scratch" }],
    snapshots: Array.from({ length: 10 }, (_, week) => {
      const slot = new Date(newest - week * 7 * DAY_MS + 2 * 3_600_000);
      const name = snapshotName("polyvol", "nightly", DB, slot);
      const marks = { description: "policy nightly", metadata: { "polyvol-policy": "nightly" } };
      return { volume_id: DB, name, created_at: slot.toISOString(), ...marks };
    }),
  });
  return { ...clouds, config: await clouds.configLike(CONFIG) };
}

/** Names of the snapshots on a cloud, as it holds them. */
function namesOn({ emulators }: EmulatedClouds, provider: keyof EmulatedClouds["emulators"]): string[] {
  const { snapshots } = emulators[provider].state() as { readonly snapshots: readonly { name: string }[] };
  return snapshots.map(({ name }) => name).sort();
}

test("makes what is due once on each cloud, deletes what the policy gives up, and says so", async () => {
  const clouds = await prepare();
  const { config, emulators } = clouds;
  const path = "/**/snapshots";
  for (const emulator of Object.values(emulators)) {
    emulator.faults.add({ kind: "cut-after", match: { method: "POST", path }, perRequest: 1 });
  }
  const { exitCode, stdout, stderr } = await runProgram(PROGRAM, [config]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout.match(/^plan {4}ocean (db-orders|web-shop): make polyvol-nightly-\S+: .+$/gm)).toHaveLength(
    2,
  );
  expect(stdout.match(/^made {4}samsung (db-erp|web-portal): polyvol-nightly-\S+$/gm)).toHaveLength(2);
  expect(stdout).toMatch(/\n4 volumes: 4 made, 4 deleted, 0 left\n$/);
  expect(stdout.match(/^deleted samsung db-erp: /gm)).toHaveLength(4);
  expect(namesOn(clouds, "digitalocean")).toHaveLength(2);
  expect(namesOn(clouds, "samsung-scp")).toHaveLength(10 - 4 + 2);
  expect(new Set(namesOn(clouds, "samsung-scp")).size).toBe(namesOn(clouds, "samsung-scp").length);

  const before = [namesOn(clouds, "digitalocean"), namesOn(clouds, "samsung-scp")];
  const again = await runProgramHere(PROGRAM, [config]);
  expect(again).toEqual({ exitCode: 0, stdout: "4 volumes: 0 made, 0 deleted, 0 left\n", stderr: "" });
  expect([namesOn(clouds, "digitalocean"), namesOn(clouds, "samsung-scp")]).toEqual(before);
});

test("a cloud that fails does not hide the other, and the exit code tells", async () => {
  const clouds = await prepare();
  clouds.emulators["samsung-scp"].faults.add({ kind: "answer", status: 403 });
  const refused = await runProgramHere(PROGRAM, [clouds.config]);
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toContain("\n2 volumes: 2 made, 0 deleted, 0 left\n");
  expect(refused.stderr).toMatch(/^samsung: samsung-scp .*\(permission_denied/);

  const missing = await runProgramHere(PROGRAM, [clouds.config], { DIGITALOCEAN_TOKEN: undefined });
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toContain("ocean: ");
  expect(missing.stderr).toContain("DIGITALOCEAN_TOKEN");
});

test("a configuration that cannot be is refused before anything is sent", async () => {
  const clouds = await prepare();
  const { exitCode, stdout, stderr } = await runProgramHere(PROGRAM, [`${clouds.config}.missing`]);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(".missing");
  expect(clouds.emulators.digitalocean.log.entries()).toEqual([]);
});
