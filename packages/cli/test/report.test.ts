import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackupReport } from "@polyvol/backup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInContext } from "../src/command.ts";
import { runDemo } from "../src/demo/run-demo.ts";
import { type Clouds, startClouds } from "./clouds.ts";
import { workHere } from "./in-process.ts";
import { PROCESS_ENV } from "./polyvol.ts";

const POLICIES = `policies:
  nightly:
    select: { name: [ "web", "erp" ] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 2 }
`;

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: ["web", "db"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10, used_gigabytes: 4 })),
  });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 64 }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const priced = config.replace(
    /( +)provider: digitalocean/,
    "$1provider: digitalocean\n$1snapshotPrice: 0.06 USD",
  );
  await clouds.write("polyvol.config.yaml", `${priced}${POLICIES}`);
  const ran = await clouds.run("backup run --record runs.jsonl");
  expect(ran.code, ran.err).toBe(0);
});
afterAll(() => clouds.close());

test("the page, its data, and a summary", async () => {
  const page = await clouds.run("backup report --html backups.html --record runs.jsonl");
  expect(page.code, page.err).toBe(0);
  expect(page.out).toBe("");
  expect(page.err).toMatch(
    /^All 2 volumes that policies choose have the snapshot that is due; .*\nSaved as backups\.html\.\n$/,
  );
  const text = await readFile(join(clouds.folder, "backups.html"), "utf8");
  expect(text).toContain("<!doctype html>");
  expect(text).toContain("0.06 USD for a GiB and month");

  const data = await clouds.run("backup report -o json");
  expect(data.code, data.err).toBe(0);
  const report = JSON.parse(data.out) as BackupReport;
  expect(report).toMatchObject({
    format: "polyvol-backup-report",
    verdict: "fresh",
    unprotected: [{ volumeName: "db" }],
    clouds: [{ cloud: "ocean", price: { perGiBMonth: 0.06, currency: "USD" } }, { cloud: "samsung" }],
  });

  const summary = await clouds.run("backup report --days 3");
  expect(summary.code, summary.err).toBe(0);
  expect(summary.out).toMatch(/^verdict +fresh\nin short +All 2 volumes .*\nwithout a policy +1 volume\n/s);
  expect(summary.out).toContain("Without a record (--record) it is not known when runs took place");
});

test("a page is written whole or not at all, also by a link and over an older one", async () => {
  await writeFile(join(clouds.folder, "old.html"), "old");
  await symlink("old.html", join(clouds.folder, "link.html"));
  expect((await clouds.run("backup report --quiet --html link.html")).code).toBe(0);
  expect(await readFile(join(clouds.folder, "old.html"), "utf8")).toContain("<!doctype html>");
  await mkdir(join(clouds.folder, "folder.html"));
  const onFolder = await clouds.run("backup report --html folder.html");
  expect(onFolder).toMatchObject({
    code: 1,
    err: "error: folder.html cannot be written: it is a folder (EISDIR)\n",
  });
  const nowhere = await clouds.run("backup report --html none/page.html");
  expect(nowhere.code).toBe(1);
  expect(nowhere.err).toContain("none/page.html cannot be written: there is no folder none (ENOENT)");
  expect((await readdir(clouds.folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a record that cannot be read is refused before any cloud is asked; a cut one is read as far as it goes", async () => {
  const missing = await clouds.run("backup report --record none.jsonl");
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(
    /^error: --record: none\.jsonl: found no such file; allowed: a record of runs, as polyvol backup run --record writes it\n$/,
  );
  await writeFile(join(clouds.folder, "others.txt"), "[1]\nhello\n");
  const others = await clouds.run("backup report --record others.txt");
  expect(others.code).toBe(2);
  expect(others.err).toContain("others.txt: found a file without any line of a record");
  const whole = await readFile(join(clouds.folder, "runs.jsonl"), "utf8");
  await writeFile(join(clouds.folder, "cut.jsonl"), `${whole}${whole.slice(0, 99)}`);
  const cut = await clouds.run("backup report -o json --record cut.jsonl");
  expect(cut.code, cut.err).toBe(0);
  expect((JSON.parse(cut.out) as BackupReport).unknown.join(" ")).toContain(
    "1 line of the record was cut short",
  );
});

test("a price that is none is refused by its place", async () => {
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("priced.yaml", config.replace("0.06 USD", "cheap"));
  const refused = await clouds.run("-c priced.yaml backup report");
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /priced\.yaml:\d+:\d+: clouds\.ocean\.snapshotPrice: found "cheap"; allowed: an amount and a currency, such as 0\.06 USD/,
  );
});

test("the demo writes the page of its nights, with their runs and drills", async () => {
  const work = (): Promise<number> =>
    runInContext({ output: "table" }, (context) => runDemo(context, { seed: 3, report: "demo.html" }, 2));
  const { code, out, err } = await workHere(work, { folder: clouds.folder, env: PROCESS_ENV });
  expect(code, err).toBe(0);
  expect(out).toMatch(/\npolyvol backup report +the page is demo\.html\n/);
  const page = await readFile(join(clouds.folder, "demo.html"), "utf8");
  expect(page).toContain("Backups of the demo");
  expect(page).toContain(
    "All 40 volumes that policies choose have the snapshot that is due; a restore was last proven",
  );
  expect(page).toMatch(/The last \d runs: upwards/);
});
