import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clouds, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { cloud: ocean }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
`;
const FAILING = `    hooks: { before: { command: [sh, -c, "echo no lock; exit 3"] } }
`;

let clouds: Clouds;
let config: string;
beforeEach(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "a", region: "nyc3", size_gigabytes: 10 }] });
  config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
});
afterEach(() => clouds.close());

test("for cron: a run says what it has changed, and nothing when there was nothing to do", async () => {
  const made = await clouds.run("backup run --quiet");
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toMatch(/\nocean +a +nightly +created .*\n\n1 volume: 1 created, 0 deleted, 0 left\.\n$/);
  expect(await clouds.run("backup run -q")).toEqual({ code: 0, out: "", err: "" });
  expect((clouds.ocean.state() as { snapshots: object[] }).snapshots).toHaveLength(1);
  const asked = await clouds.run("backup run -q -o json");
  expect(asked).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(asked.out)).toMatchObject({ ok: true });
});

test("what went wrong is said, and nothing else", async () => {
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}${FAILING}`);
  const { code, out, err } = await clouds.run("backup run -q");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(
    /^error: ocean: policy nightly: volume a: the hook "sh" ended with 3: no lock [^\n]+\n$/,
  );
});

test("checks that find all well say nothing, and what they find otherwise", async () => {
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES.replace("daily: 4", "last: 4")}`);
  expect(await clouds.run("backup run -q")).toMatchObject({ code: 0, err: "" });
  const checks = [
    "backup status",
    "backup drill --cloud ocean --volume a",
    "backup audit",
    "clouds check",
    "config check",
  ];
  for (const check of checks)
    expect([check, await clouds.run(`${check} -q`)]).toEqual([check, { code: 0, out: "", err: "" }]);
  expect(JSON.parse((await clouds.run("backup status -q -o json")).out)).toMatchObject({ verdict: "fresh" });
  await clouds.write(
    "polyvol.config.yaml",
    `${config}${POLICIES}${"  other:\n    select: { name: nope }\n    schedule: { every: 1h, timezone: UTC }\n    retention: { last: 1 }\n"}`,
  );
  const failed = await clouds.run("backup status -q");
  expect(failed).toMatchObject({ code: 1, out: expect.stringContaining("failed: 1 fresh") });
});

test("what was asked for is a result, without the progress", async () => {
  const made = await clouds.run("volumes create b --cloud ocean --size 10 --quiet");
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining("b"), err: "" });
  expect(await clouds.run("volumes delete b --cloud ocean --yes --quiet")).toEqual({
    code: 0,
    out: "volume b on ocean: deleted\n",
    err: "",
  });
  expect(await clouds.run("volumes create b --cloud ocean --size 10 --quiet")).toMatchObject({ code: 0 });
  expect(await clouds.run("backup plan --save plan.json --quiet")).toMatchObject({ code: 0, err: "" });
  expect(await clouds.run("backup apply plan.json --quiet")).toMatchObject({
    code: 0,
    out: expect.stringContaining("2 volumes: 2 created"),
    err: "",
  });
});
