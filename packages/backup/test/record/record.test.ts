import { mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStorage } from "@polyvol/memory";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  appendRecord,
  brokenRunEntry,
  drill,
  drillEntry,
  failedRestoreEntry,
  parsePolicies,
  prune,
  type RunEntry,
  readRecord,
  restore,
  restoreEntry,
  run,
  runEntry,
} from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({ nightly: nightly({ retention: { daily: 2 } }) });
const TIMES = { startedAt: new Date("2026-05-09T03:10:00Z"), finishedAt: new Date("2026-05-09T03:11:00Z") };

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-record-"));
  file = join(folder, "runs.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

function entry(finishedAt = TIMES.finishedAt): RunEntry {
  return brokenRunEntry(new Error("no route to the cloud"), { policies: POLICIES, ...TIMES, finishedAt });
}

describe("what a run leaves behind", () => {
  test("what it made and deleted, by slot, and the clouds that it saw", async () => {
    const world = createMemoryWorld("2026-05-06T20:00:00Z");
    const { do: storage } = world.open();
    const { db = "", web = "" } = await makeVolumes(storage, ["db", "web"]);
    await takeNights(world, storage, db, ["2026-05-07", "2026-05-08"]);
    await sleepUntil(world, "2026-05-09T03:10:00Z");
    const locked = createMemoryStorage({ account: world.accounts.scp, authorised: false });
    const clouds = { do: storage, locked };
    const made = runEntry(await run(POLICIES, clouds, { clock: world.clock }), { policies: POLICIES });
    const slot = "2026-05-09T03:00:00.000Z";
    expect(made).toMatchObject({
      format: "polyvol-record",
      version: 1,
      kind: "run",
      command: "run",
      ok: false,
      policyIds: ["nightly"],
      clouds: [
        { cloud: "do", seen: true },
        { cloud: "locked", seen: false },
      ],
      totals: { volumes: 2, created: 2, deleted: 1, left: 0, problems: 1 },
      made: [{ cloud: "do", policyId: "nightly", slot, volumeIds: [db, web] }],
      unmade: [],
      deleted: [{ cloud: "do", policyId: "nightly", slot: "2026-05-07T03:00:00.000Z", volumeIds: [db] }],
      problems: [{ code: "unauthenticated", cloud: "locked" }],
    });
    for (const seconds of made.made[0]?.delaysSeconds ?? []) expect(seconds).toBeGreaterThanOrEqual(600);
  });

  test("what was due and is not there, with its reason", async () => {
    const world = createMemoryWorld("2026-05-08T20:00:00Z");
    const { do: storage } = world.open();
    const { db = "" } = await makeVolumes(storage, ["db"]);
    await sleepUntil(world, "2026-05-09T03:10:00Z");
    const policies = parsePolicies({ nightly: nightly({ hooks: { before: { command: ["false"] } } }) });
    const report = await run(policies, { do: storage }, { clock: world.clock });
    const [problem] = report.problems;
    expect(runEntry(report, { policies })).toMatchObject({
      ok: false,
      made: [],
      unmade: [
        {
          cloud: "do",
          policyId: "nightly",
          slot: "2026-05-09T03:00:00.000Z",
          code: problem?.code,
          volumeIds: [db],
        },
      ],
    });
    // What only prunes has left out nothing.
    const pruned = await prune(policies, { do: storage }, { clock: world.clock });
    expect(runEntry(pruned, { policies, command: "prune" })).toMatchObject({ command: "prune", unmade: [] });
  });

  test("drills and restores, those that fail too", async () => {
    const world = createMemoryWorld("2026-05-06T20:00:00Z");
    const { do: storage } = world.open();
    const { db = "" } = await makeVolumes(storage, ["db"]);
    const [snapshotId = ""] = await takeNights(world, storage, db, ["2026-05-07"]);
    const clouds = { do: storage };
    const from = { volumeId: db };
    const drilled = drillEntry(await drill({ cloud: "do", from }, clouds, { clock: world.clock }));
    expect(drilled).toMatchObject({
      kind: "drill",
      ok: true,
      cloud: "do",
      volumeId: db,
      snapshot: { id: snapshotId },
    });
    const restored = await restore({ cloud: "do", from, newName: "db-2" }, clouds);
    expect(restoreEntry(restored, TIMES)).toMatchObject({
      kind: "restore",
      ok: true,
      restoreMs: 60_000,
      volumeId: db,
    });
    // The clock was set back meanwhile.
    const backwards = restoreEntry(restored, { startedAt: TIMES.finishedAt, finishedAt: TIMES.startedAt });
    expect(backwards).not.toHaveProperty("restoreMs");
    const failed = failedRestoreEntry(new Error("no"), {
      kind: "drill",
      cloud: "do",
      volumeName: "db",
      ...TIMES,
    });
    for (const each of [drilled, restoreEntry(restored, TIMES), backwards, failed])
      await appendRecord(file, each);
    expect((await readRecord(file)).entries).toEqual(expect.arrayContaining([drilled, backwards, failed]));
  });
});

describe("the file", () => {
  test("has one line for each entry, and only its owner reads it", async () => {
    await appendRecord(file, entry());
    await appendRecord(file, entry(new Date("2026-05-10T03:11:00Z")));
    const text = await readFile(file, "utf8");
    expect(text.split("\n")).toHaveLength(3);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readRecord(file)).toEqual({
      entries: [entry(), entry(new Date("2026-05-10T03:11:00Z"))],
      aside: [],
    });
  });

  test("goes on below a line that was cut, wherever it was cut", async () => {
    const line = `${JSON.stringify(entry())}\n`;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: line.length }), async (at) => {
        await writeFile(file, line + line.slice(0, at));
        await appendRecord(file, entry());
        const { entries, aside } = await readRecord(file);
        const whole = at >= line.length - 1;
        expect(entries).toHaveLength(whole ? 3 : 2);
        expect(aside).toEqual(whole || at === 0 ? [] : [{ file, line: 2, why: "cut" }]);
      }),
      { numRuns: 60 },
    );
  });

  test("of which only a cut first line is there is gone on with", async () => {
    await writeFile(file, '{"format":"poly');
    await appendRecord(file, entry());
    expect(await readRecord(file)).toEqual({ entries: [entry()], aside: [{ file, line: 1, why: "cut" }] });
  });

  test("is put aside before it grows too large, and both are read", async () => {
    const size = JSON.stringify(entry()).length + 1;
    for (let day = 10; day < 20; day += 1) {
      await appendRecord(file, entry(new Date(`2026-05-${day}T03:11:00Z`)), { maxBytes: 3 * size });
      expect((await stat(file)).size).toBeLessThanOrEqual(3 * size);
    }
    const { entries } = await readRecord(file);
    expect(entries.map(({ finishedAt }) => finishedAt.slice(8, 10))).toEqual(["16", "17", "18", "19"]);
  });

  test("is put aside once by several that find it full at the same moment, and no line is lost", async () => {
    const size = JSON.stringify(entry()).length + 1;
    const days = Array.from({ length: 20 }, (_, index) => new Date(Date.UTC(2026, 4, 1 + index, 3, 11)));
    const old = days.slice(0, 10).map((day) => `${JSON.stringify(entry(day))}\n`);
    await writeFile(file, old.join(""));
    const write = (day: Date) => appendRecord(file, entry(day), { maxBytes: 10 * size });
    await Promise.all(days.slice(10).map(write));
    const { entries } = await readRecord(file);
    expect(entries.map(({ finishedAt }) => finishedAt).sort()).toEqual(days.map((day) => day.toISOString()));
  });

  test("keeps long lines whole that several write at the same moment", async () => {
    const volumeIds = Array.from({ length: 20_000 }, (_, index) => String(index).padStart(36, "0"));
    const slot = "2026-05-09T03:00:00.000Z";
    const long = { ...entry(), deleted: [{ cloud: "do", policyId: "nightly", slot, volumeIds }] };
    await Promise.all(Array.from({ length: 4 }, () => appendRecord(file, long)));
    const { entries, aside } = await readRecord(file);
    expect(aside).toEqual([]);
    expect(entries.map((each) => JSON.stringify(each).length)).toEqual(
      Array.from({ length: 4 }, () => JSON.stringify(long).length),
    );
  });

  test.each([
    ["a moment ago: the file grows by a line", 0, 3],
    ["long ago: the next line goes to a new file", 120_000, 1],
  ])("whoever puts it aside may be killed at it %s", async (_when, agoMs, lines) => {
    const size = JSON.stringify(entry()).length + 1;
    await appendRecord(file, entry());
    await mkdir(`${file}.lock`);
    const at = new Date(Date.now() - agoMs);
    await utimes(`${file}.lock`, at, at);
    for (let count = 0; count < 2; count += 1) await appendRecord(file, entry(), { maxBytes: size });
    expect((await stat(file)).size).toBe(lines * size);
    expect((await readRecord(file)).entries).toHaveLength(3);
  });

  test("is read whole also where the newer file was put aside and nothing was written since", async () => {
    await expect(readRecord(file)).rejects.toThrow("no such file");
    await appendRecord(file, entry());
    await rename(file, `${file}.1`);
    expect((await readRecord(file)).entries).toHaveLength(1);
  });

  test("keeps the totals of a run whose line would be too long", async () => {
    const volumeIds = Array.from({ length: 250_000 }, (_, index) =>
      `00000000-0000-4000-8000-${index}`.padEnd(36, "0"),
    );
    const slot = "2026-05-09T03:00:00.000Z";
    const large = { ...entry(), deleted: [{ cloud: "do", policyId: "nightly", slot, volumeIds }] };
    await appendRecord(file, large);
    const { entries } = await readRecord(file);
    expect(entries).toEqual([{ ...large, deleted: [], shortened: true }]);
  });

  test("lines of a newer version and of others are left aside", async () => {
    await appendRecord(file, entry());
    const newer = JSON.stringify({ ...entry(), version: 2, kind: "weather" });
    await writeFile(file, `${newer}\n[1]\n${JSON.stringify({ ...entry(), kind: "weather" })}\n`, {
      flag: "a",
    });
    await appendRecord(file, entry());
    const { entries, aside } = await readRecord(file);
    expect(entries).toHaveLength(2);
    expect(aside.map(({ line, why }) => [line, why])).toEqual([
      [2, "newer"],
      [3, "foreign"],
      [4, "foreign"],
    ]);
  });

  test("that is not ours is not touched", async () => {
    await writeFile(file, "clouds:\n  main: {}\n");
    for (const work of [() => appendRecord(file, entry()), () => readRecord(file)])
      await expect(work()).rejects.toThrow(/runs\.jsonl: found a file .*; allowed: a record of runs/);
    expect(await readFile(file, "utf8")).toBe("clouds:\n  main: {}\n");
  });

  test("that cannot be is said with its reason", async () => {
    const [nowhere, below] = [join(folder, "none", "runs.jsonl"), join(file, "runs.jsonl")];
    await writeFile(file, "");
    await mkdir(join(folder, "dir"));
    await expect(appendRecord(nowhere, entry())).rejects.toThrow(/there is no such folder, ENOENT/);
    await expect(appendRecord(below, entry())).rejects.toThrow(/a part of it is no folder, ENOTDIR/);
    await expect(appendRecord(join(folder, "dir"), entry())).rejects.toThrow(/found a folder/);
    await expect(readRecord(nowhere)).rejects.toThrow(/found no such file/);
    expect(await readRecord(file)).toEqual({ entries: [], aside: [] });
  });
});
