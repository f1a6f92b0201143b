import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { snapshotName } from "@polyvol/backup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { commandInShell, PROCESS_ENV } from "./polyvol.ts";
import { HAS_TERMINAL, linesOf, onTerminal } from "./terminal.ts";

const DAY = 86_400_000;
const DB = "6f1c0000-0000-4000-8000-000000000001";
/** Volumes enough for a table that is longer than what a pipe holds. */
const MANY = 500;

function policy(id: string, name: string): string {
  return `policies:
  ${id}:
    select: { name: "${name}" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
    allowEmpty: true
`;
}

let clouds: Clouds;
beforeAll(async () => {
  // Long enough for several frames of what moves on a terminal.
  clouds = await startClouds({ durations: { snapshotCreate: 400 } });
  const slot = new Date(Math.floor(Date.now() / DAY) * DAY - DAY);
  clouds.ocean.seed({
    volumes: [
      { id: DB, name: "db-with-a-long-name-of-its-own", region: "nyc3", size_gigabytes: 10 },
      ...Array.from({ length: MANY }, (_, index) => ({
        name: `many-${index}`,
        region: "nyc3",
        size_gigabytes: 10,
      })),
    ],
    snapshots: [
      {
        name: snapshotName("polyvol", "gone", DB, slot),
        resource_id: DB,
        created_at: slot.toISOString().replace(".000", ""),
        tags: ["polyvol-policy:gone"],
      },
    ],
  });
  clouds.samsung.seed({ volumes: [{ name: "db-crm" }, { name: "db-erp" }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${policy("nightly", "db-*")}`);
  await clouds.write("many.yaml", `${config}${policy("many", "many-*")}`);
  await clouds.write("few.yaml", `${config}${policy("few", "many-?")}`);
});
afterAll(() => clouds.close());

function expectToFit(screen: string): void {
  const wide = linesOf(screen).filter((line) => line.length > 80 && !/^(error|next):/.test(line));
  expect(wide).toEqual([]);
}

test.skipIf(!HAS_TERMINAL).concurrent("tables of backups fit the terminal", async () => {
  const [plan, status] = await Promise.all(
    ["backup plan", "backup status"].map((command) => onTerminal(clouds, command)),
  );
  // How wide their terminal is said to be.
  const [audit, snapshots, check] = await Promise.all(
    ["backup audit", "snapshots list", "clouds check"].map(
      async (command) => (await clouds.run(command, ENV, 80)).out,
    ),
  );
  for (const screen of [plan, status, audit, snapshots, check]) expectToFit(screen ?? "");
  expect(plan).toContain("code 0\n");
  // Two clouds, so which one it is stays, on a line below the name.
  expect(linesOf(plan ?? "").slice(0, 4)).toEqual([
    "VOLUME",
    expect.stringMatching(/^ {2}CLOUD +POLICY +CHANGE +SLOT +WHY$/),
    "db-with-a-long-name-of-its-own",
    expect.stringMatching(/^ {2}ocean +nightly +create +\S+ 00:00Z +due; the first one$/),
  ]);
  expect(plan).toContain("\u001b[32mcreate\u001b[39m");
  expect(status).toMatch(/\[\d+m(new|missing)/);
  expect(linesOf(audit ?? "").slice(0, 3)).toEqual([
    "WHAT",
    expect.stringMatching(/^ {2}CLOUD +FINDING +OF VOLUME$/),
    "  ABOUT",
  ]);
  expect(linesOf(snapshots ?? "")[0]).toMatch(/^CLOUD +VOLUME +NAME +AGE +ID$/);
});

test.skipIf(!HAS_TERMINAL)("a run shows a bar for each cloud on a terminal", async () => {
  const screen = await onTerminal(clouds, "backup run");
  const lines = linesOf(screen);
  expectToFit(screen);
  expect(screen).toContain("✓");
  expect(lines).toContainEqual(expect.stringMatching(/✓ clouds: read, 3 changes to make$/));
  expect(lines).toContainEqual(expect.stringMatching(/✓ ocean: done, 1 of 1 change$/));
  expect(lines).toContainEqual(expect.stringMatching(/✓ samsung: done, 2 of 2 changes$/));
  expect(lines).toContainEqual(expect.stringMatching(/ samsung: [█░]{16} [01] of 2 changes, db-\w+: creat/));
  expect(lines.slice(-3)).toEqual(["3 volumes: 3 created, 0 deleted, 0 left.", "code 0", ""]);

  // In a pipe: a line for each thing that happens, nothing that moves, nothing for volumes that are done already.
  const again = await clouds.run("backup run");
  expect(again).toMatchObject({ code: 0, err: "" });
  expect(again.out).toBe("3 volumes: 0 created, 0 deleted, 0 left.\n");
});

/** Runs the command in front of a reader that does not read it all. */
async function into(
  reader: string,
  command: string,
): Promise<{ readonly out: string; readonly err: string }> {
  const line = `${commandInShell()} ${command} | ${reader}; echo "code \${PIPESTATUS[0]}"`;
  const child = spawn("/bin/bash", ["-c", line], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: clouds.folder,
    env: { ...PROCESS_ENV, ...ENV },
  });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    texts.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    texts.err += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return texts;
}

test.concurrent("output that is closed early is no error, and the work is done", async () => {
  const [plan, status, run] = await Promise.all([
    into("head -n 1", "backup plan -c many.yaml"),
    into("head -n 1", "backup status -c many.yaml --grace 48h"),
    into("true", "backup run -c few.yaml"),
  ]);
  expect(plan).toMatchObject({ out: expect.stringMatching(/^CLOUD .*\ncode 0\n$/), err: "" });
  expect(status).toMatchObject({ out: expect.stringMatching(/^CLOUD .*\ncode 0\n$/), err: "" });
  expect(run.out).toBe("code 0\n");
  expect(run.err).not.toMatch(/error|EPIPE/i);
  const { snapshots } = clouds.ocean.state() as { snapshots: readonly { name: string }[] };
  expect(snapshots.filter(({ name }) => name.startsWith("polyvol-few-"))).toHaveLength(10);
});
