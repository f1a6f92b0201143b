import { type EmulatedClouds, runProgram, runProgramHere, startClouds } from "@polyvol-examples/test-support";
import { expect, test } from "vitest";

const PROGRAM = new URL("../src/main.ts", import.meta.url);
const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

/** Both clouds with something in them, and the configuration that leads there. */
async function prepare(): Promise<EmulatedClouds & { readonly config: string }> {
  const clouds = await startClouds();
  clouds.emulators.digitalocean.seed({
    volumes: [
      { name: "data", region: "nyc3", size_gigabytes: 10 },
      { name: "logs", region: "nyc3", size_gigabytes: 5 },
    ],
    snapshots: [{ name: "before-upgrade", volume_name: "data" }],
  });
  clouds.emulators["samsung-scp"].seed({
    volumes: [{ name: "erp", size: 16 }],
    snapshots: [
      { name: "monday", volume_name: "erp" },
      { name: "tuesday", volume_name: "erp", status: "error" },
    ],
  });
  return { ...clouds, config: await clouds.configLike(CONFIG) };
}

test("shows everything of all clouds, with totals", async () => {
  const { config } = await prepare();
  const { exitCode, stdout, stderr } = await runProgram(PROGRAM, [config]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout.trimEnd().split("\n")).toEqual([
    "ocean        volume       10 GiB  available  data",
    "ocean        volume        5 GiB  available  logs",
    "ocean        snapshot     10 GiB  available  before-upgrade",
    "ocean: 2 volumes of 15 GiB, 1 snapshot of 10 GiB",
    "samsung      volume       16 GiB  available  erp",
    "samsung      snapshot     16 GiB  available  monday",
    "samsung      snapshot     16 GiB  error      tuesday",
    "samsung: 1 volume of 16 GiB, 2 snapshots of 32 GiB",
    "together: 3 volumes of 31 GiB, 3 snapshots of 42 GiB",
  ]);
});

test("a cloud that refuses the credentials does not hide the other", async () => {
  const { config } = await prepare();
  const { exitCode, stdout, stderr } = await runProgramHere(PROGRAM, [config], { SCP_SECRET_KEY: "wrong" });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("ocean: 2 volumes of 15 GiB, 1 snapshot of 10 GiB\n");
  expect(stderr).toMatch(/^samsung: samsung-scp .*\(unauthenticated/);
  expect(stderr).not.toContain("wrong");
});

test("nor does one without credentials, or one that is down", async () => {
  const { config, emulators } = await prepare();
  // A refusal that no repetition cures, so that the program does not spend its time on retries.
  emulators["samsung-scp"].faults.add({ kind: "answer", status: 403 });
  const { exitCode, stdout, stderr } = await runProgramHere(PROGRAM, [config], {
    DIGITALOCEAN_TOKEN: undefined,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toBe("together: 0 volumes of 0 GiB, 0 snapshots of 0 GiB\n");
  expect(stderr).toContain("ocean: ");
  expect(stderr).toContain("DIGITALOCEAN_TOKEN, which is not set");
  expect(stderr).toMatch(/^samsung: .*\(permission_denied/m);
});
