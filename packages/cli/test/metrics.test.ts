import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { cloud: ocean }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 4 }
`;

let clouds: Clouds;
beforeEach(async () => {
  clouds = await startClouds();
  onTestFinished(() => clouds.close());
  clouds.ocean.seed({ volumes: [{ name: "a", region: "nyc3", size_gigabytes: 10 }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
});

const written = (name: string): Promise<string> => readFile(join(clouds.folder, name), "utf8");

test("metrics go to standard output, with the exit code of a status", async () => {
  await clouds.run("backup run -q");
  const { code, out, err } = await clouds.run("backup status -o prometheus");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain('polyvol_cloud_up{cloud="ocean"} 1\n');
  expect(out).toMatch(/^polyvol_cloud_requests_left\{cloud="ocean"\} \d+$/m);
  expect(out).toContain('polyvol_backup_volumes{cloud="ocean",policy="nightly",state="fresh"} 1\n');
  expect(out.endsWith("# EOF\n")).toBe(true);
});

test("a file is written whole, over what was there, and nothing is left beside it", async () => {
  await clouds.write("polyvol.prom", "what was there before");
  await clouds.run("backup run -q");
  const run = await clouds.run("backup status -o prometheus --output-file polyvol.prom");
  expect(run).toEqual({ code: 0, out: "", err: "" });
  expect(await written("polyvol.prom")).toMatch(/^# HELP polyvol_[\s\S]*# EOF\n$/);
  const beside = (await readdir(clouds.folder)).filter((name) => name.includes("polyvol.prom"));
  expect(beside).toEqual(["polyvol.prom"]);
});

test("a cloud that is away is written as such, said, and fails", async () => {
  const command = "backup status -o prometheus --output-file polyvol.prom";
  const { code, err } = await clouds.run(command, { ...ENV, TOKEN: "another" });
  expect(code).toBe(1);
  expect(err).toContain("ocean");
  const text = await written("polyvol.prom");
  expect(text).toContain('polyvol_cloud_up{cloud="ocean"} 0\n');
  expect(text).not.toContain("polyvol_backup_volumes{");
});

test("what cannot be asked for, read or written is said, and the file stays as it is", async () => {
  await clouds.write("polyvol.prom", "as it is");
  const cases: Readonly<Record<string, readonly [number, string]>> = {
    "volumes list -o prometheus": [2, "-o prometheus goes with polyvol backup status only"],
    "backup status --output-file polyvol.prom": [2, "--output-file goes with -o prometheus only"],
    "backup status -o prometheus --watch 1m": [2, "needs --output-file"],
    "backup status --record runs.jsonl": [2, "--record: runs.jsonl: found no such file"],
    "backup status -o prometheus --output-file none/polyvol.prom": [1, "there is no folder none"],
    "backup status -o prometheus --output-file polyvol.prom --record none.jsonl": [2, "no such file"],
    "backup status -o prometheus --output-file polyvol.prom --policy other": [2, "--policy: found other"],
  };
  for (const [command, [code, message]] of Object.entries(cases)) {
    const run = await clouds.run(command);
    expect(run, command).toMatchObject({ code, out: "" });
    expect(run.err, command).toContain(message);
  }
  expect(await written("polyvol.prom")).toBe("as it is");
});
