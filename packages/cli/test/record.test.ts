import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecord } from "@polyvol/backup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { cloud: ocean, name: [ "web", "db" ] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 2 }
`;

let clouds: Clouds;
let record = "";
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: ["web", "db"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
  record = join(clouds.folder, "runs.jsonl");
});
afterAll(() => clouds.close());

test("a run, a drill and a restore each leave a line", async () => {
  const ran = await clouds.run("backup run --record runs.jsonl");
  expect(ran.code, ran.err).toBe(0);
  const again = await clouds.run("backup run --prune-only --record runs.jsonl");
  expect(again.code, again.err).toBe(0);
  const drilled = await clouds.run("backup drill --cloud ocean --volume db --record runs.jsonl");
  expect(drilled.code, drilled.err).toBe(0);
  const restored = await clouds.run(
    "backup restore --cloud ocean --volume web --as web-2 --record runs.jsonl",
  );
  expect(restored.code, restored.err).toBe(0);
  const { entries, aside } = await readRecord(record);
  expect(aside).toEqual([]);
  expect(entries).toMatchObject([
    { kind: "run", command: "run", ok: true, totals: { created: 2 }, made: [{ cloud: "ocean" }] },
    { kind: "run", command: "prune", ok: true, totals: { created: 0 } },
    { kind: "drill", ok: true, cloud: "ocean" },
    { kind: "restore", ok: true, cloud: "ocean" },
  ]);
});

test("a restore whose volume was there already says so, and is no proof anew", async () => {
  const words = "backup restore --cloud ocean --volume web --as web-3 --record again.jsonl";
  const first = await clouds.run(`${words} -o json`);
  expect(JSON.parse(first.out)).toMatchObject({ name: "web-3", created: true });
  const again = await clouds.run(words);
  expect(again.code, again.err).toBe(0);
  expect(again.err).toContain("It was there already: nothing was created.\n");
  expect(JSON.parse((await clouds.run(`${words} -o json`)).out)).toMatchObject({ created: false });
  const { entries } = await readRecord(join(clouds.folder, "again.jsonl"));
  expect(entries).toMatchObject([
    { ok: true, restoreMs: expect.any(Number) },
    { created: false },
    { created: false },
  ]);
  expect(entries[1]).not.toHaveProperty("restoreMs");
  const told = await clouds.run("backup report -o json --record again.jsonl");
  const { proofs } = JSON.parse(told.out) as {
    readonly proofs: readonly { readonly by: string; readonly at: string }[];
  };
  expect(proofs.flatMap(({ by, at }) => (by === "restore" ? [at] : []))).toEqual([entries[0]?.finishedAt]);
});

test("what ends with an error leaves a line, too", async () => {
  const failed = await clouds.run("backup drill --cloud ocean --volume nosuch --record failed.jsonl");
  expect(failed.code).toBe(1);
  const { entries } = await readRecord(join(clouds.folder, "failed.jsonl"));
  expect(entries).toMatchObject([
    { kind: "drill", ok: false, volumeName: "nosuch", problems: [{ code: "not_found" }] },
  ]);
});

test("a record that cannot be written harms no backup, is said, and is no success", async () => {
  const lost = await clouds.run("backup run --quiet --record none/runs.jsonl");
  expect(lost.code).toBe(1);
  expect(lost.err).toBe(
    "error: --record: none/runs.jsonl: found a path that cannot be written (there is no such folder, ENOENT); allowed: " +
      "a record of runs, as polyvol backup run --record writes it, or a file that does not exist yet; nothing else is affected\n",
  );
  const others = await clouds.run("backup run --record polyvol.config.yaml");
  expect(others.code).toBe(1);
  expect(others.out).toContain("2 volumes: 0 created, 0 deleted, 0 left.");
  expect(others.err).toContain("polyvol.config.yaml: found a file that begins with something else");
  expect(await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8")).toContain("nightly:");
});
