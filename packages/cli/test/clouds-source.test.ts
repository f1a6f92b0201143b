import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Clouds, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 1 }
`;

let clouds: Clouds;
let accounts: Readonly<Record<string, object>>;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "web", region: "nyc3", size_gigabytes: 10 }] });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 64 }] });
  const text = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  accounts = (parse(text) as { clouds: typeof accounts }).clouds;
  await clouds.write("polyvol.config.yaml", `clouds: { from: { file: accounts.json } }\n${POLICIES}`);
});
afterAll(() => clouds.close());

const give = (value: unknown): Promise<void> => clouds.write("accounts.json", JSON.stringify(value));
const snapshots = async (cloud: string): Promise<readonly { readonly name: string }[]> => {
  const { out } = await clouds.run(`snapshots list --cloud ${cloud} -o json`);
  return JSON.parse(out) as readonly { readonly name: string }[];
};

test("one bad account stops only itself; every command names it, and the exit code says so", async () => {
  await give({ ...accounts, wrong: { provider: "digitalocaen" } });
  const run = await clouds.run("backup run -o json");
  expect(run.code).toBe(1);
  const report = JSON.parse(run.out);
  expect(report.totals).toEqual({ created: 2, deleted: 0, left: 0 });
  expect(report.problems).toMatchObject([
    { cloud: "wrong", effect: "nothing_done", message: expect.stringContaining('found "digitalocaen"') },
  ]);
  const status = await clouds.run("backup status -o json");
  expect(status.code).toBe(2);
  expect(JSON.parse(status.out)).toMatchObject({
    verdict: "failed",
    unread: ["wrong"],
    counts: { fresh: 2 },
  });
  for (const command of ["clouds list", "clouds check", "config check", "volumes list"]) {
    const { code, err } = await clouds.run(command);
    expect([command, code]).toEqual([command, 2]);
    expect(err).toContain("accounts.json:1:");
    expect(err).toContain('clouds.wrong.provider: found "digitalocaen"');
  }
  const doctor = await clouds.run("doctor -o json");
  expect(doctor.code).toBe(2);
  expect(JSON.parse(doctor.out).checks).toContainEqual(
    expect.objectContaining({ area: "cloud wrong", check: "configured", result: "failed" }),
  );
  expect((await clouds.run("volumes list --cloud ocean")).code).toBe(0);
});

test("fewer accounts delete nothing, and no account at all stops everything", async () => {
  await give(accounts);
  expect((await clouds.run("backup run")).code).toBe(0);
  const before = await snapshots("samsung");
  expect(before).toHaveLength(1);
  await give({ ocean: accounts["ocean"] });
  for (const command of [
    "backup run",
    "backup run --prune-only --lift-brake",
    "backup audit",
    "backup status",
  ]) {
    const { code } = await clouds.run(command);
    expect([command, code]).toEqual([command, 0]);
  }
  for (const empty of [{}, [], null]) {
    await give(empty);
    const { code, err } = await clouds.run("backup run");
    expect(code).toBe(2);
    expect(err).toContain("a source that fails does not mean that there are no clouds");
  }
  await give(accounts);
  expect(await snapshots("samsung")).toEqual(before);
});

test("a policy that names an account which has gone from the source reports it, and the others go on", async () => {
  const named = POLICIES.replace('{ name: "*" }', '{ name: "*", cloud: [ocean, samsung] }');
  await clouds.write("named.yaml", `clouds: { from: { file: accounts.json } }\n${named}`);
  await give({ ocean: accounts["ocean"] });
  const { code, out } = await clouds.run("backup status -c named.yaml -o json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ verdict: "failed", unread: ["samsung"], counts: { fresh: 1 } });
  expect(JSON.parse(out).problems[0].message).toMatch(/select.cloud.*found "samsung".*accounts.json/);
  await give(accounts);
  expect((await clouds.run("backup status -c named.yaml")).code).toBe(0);
});

test("a source that is away is tried again, and is no wrong configuration: 1, not 2", async () => {
  const text = `clouds: { from: { url: "http://127.0.0.1:9/accounts", timeoutMs: 5000 } }\n${POLICIES}`;
  await clouds.write("away.yaml", text);
  const { code, err } = await clouds.run("backup run -c away.yaml");
  expect(code).toBe(1);
  expect(err).toContain("http://127.0.0.1:9/accounts, which cannot be reached");
  expect(err).toContain("the same command can be repeated");
});
