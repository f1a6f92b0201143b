import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type BackupEvent, parsePolicies, run, snapshotName } from "../../src/index.ts";
import { hookEnvironment } from "../../src/policy/environment.ts";
import { ownMarks } from "../support/marks.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { nightly } from "../support/shapes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyvol-hooks-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A hook that appends its environment as a line of JSON to the log, then ends with `status`. */
function logging(status = 0, before = ""): { command: string[] } {
  const code = `${before};require("fs").appendFileSync(process.argv[1], JSON.stringify({...process.env, arg: process.argv[2]}) + "\\n"); process.exit(${status})`;
  return { command: [process.execPath, "-e", code, join(folder, "log"), "$(id) `id` ; echo *"] };
}

function logged(): Record<string, string>[] {
  return readFileSync(join(folder, "log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

async function runWith(
  hooks: NonNullable<Parameters<typeof nightly>[0]>["hooks"],
  credentialVariables: string[] = [],
  arrange: (world: MemoryWorld) => void = () => undefined,
) {
  const world = createMemoryWorld("2026-05-09T04:00:00Z");
  const { do: cloud } = world.open();
  const { db = "" } = await makeVolumes(cloud, ["db"]);
  arrange(world);
  const events: BackupEvent[] = [];
  const policies = parsePolicies({ nightly: nightly(hooks === undefined ? {} : { hooks }) });
  const onEvent = (event: BackupEvent): void => void events.push(event);
  const report = await run(policies, { do: cloud }, { clock: world.clock, onEvent, credentialVariables });
  return { world, report, events, db };
}

describe("hooks", () => {
  test("run before and after, without a shell, and are told what it is about", async () => {
    const { report, db, events } = await runWith({ before: logging(), after: logging() });
    expect(report.ok).toBe(true);
    const [before, after] = logged();
    const [created] = report.volumes[0]?.created ?? [];
    const common = {
      POLYVOL_POLICY: "nightly",
      POLYVOL_CLOUD: "do",
      POLYVOL_PROVIDER: "digitalocean",
      POLYVOL_VOLUME_ID: db,
      POLYVOL_VOLUME_NAME: "db",
      POLYVOL_SLOT: "2026-05-09T03:00:00.000Z",
      POLYVOL_SNAPSHOT_NAME: created?.name,
      arg: "$(id) `id` ; echo *",
    };
    expect(before).toMatchObject({ ...common, POLYVOL_HOOK: "before" });
    expect(after).toMatchObject({
      ...common,
      POLYVOL_HOOK: "after",
      POLYVOL_RESULT: "created",
      POLYVOL_SNAPSHOT_ID: created?.snapshotId,
    });
    expect(events.map(({ type }) => type)).toEqual([
      "planned",
      "hook",
      "creating",
      "hook",
      "created",
      "volume",
    ]);
  });

  test("a quota that comes round in half an hour is not waited for while a hook holds the volume", async () => {
    const error = new PolyvolError("rate_limited", "the hour is spent", {
      ...{ retryable: true, retryAfterMs: 1_800_000, outcome: "not_applied" },
    });
    const spent = (world: MemoryWorld): void =>
      world.accounts.do.inject({ on: "createSnapshot", effect: "fail", when: "before", error });
    const held = await runWith({ before: logging(), after: logging() }, [], spent);
    expect(held.report.problems).toMatchObject([{ code: "rate_limited", retryAfterMs: 1_800_000 }]);
    expect(logged().map((each) => each["POLYVOL_HOOK"])).toEqual(["before", "after"]);
    const from = Date.parse("2026-05-09T04:00:00Z");
    expect(held.world.clock.now() - from).toBeLessThan(60_000);
    const free = await runWith({}, [], spent);
    expect(free.report.ok).toBe(true);
    expect(free.world.clock.now() - from).toBeGreaterThanOrEqual(1_800_000);
  });

  test("inherit no credentials", async () => {
    const secrets = {
      DIGITALOCEAN_TOKEN: "s1",
      SCP_SECRET_KEY: "s2",
      MY_API_KEY: "s3",
      CLOUD_LOGIN: "s4",
      OTHER: "s5",
    };
    Object.assign(process.env, secrets, { FREEZE_MODE: "hard" });
    try {
      const environment = ["FREEZE_MODE", "CLOUD_LOGIN"];
      await runWith({ before: { ...logging(), environment } }, ["CLOUD_LOGIN"]);
      const [seen] = logged();
      expect(Object.values(seen ?? {}).filter((value) => /^s\d$/.test(value))).toEqual([]);
      expect(seen).toMatchObject({ FREEZE_MODE: "hard", PATH: process.env["PATH"] });
    } finally {
      for (const name of [...Object.keys(secrets), "FREEZE_MODE"]) delete process.env[name];
    }
  });

  test("before fails: no snapshot, and after runs all the same", async () => {
    const failing = logging(3, "console.error('cannot freeze')");
    const { report, world } = await runWith({ before: failing, after: logging() });
    expect(world.accounts.do.dump().snapshots).toEqual([]);
    expect(report.problems).toMatchObject([
      { code: "operation_failed", policyId: "nightly", effect: "nothing_done" },
    ]);
    expect(report.problems[0]?.message).toMatch(/the hook ".*node.*" ended with 3: cannot freeze/);
    expect(logged()[1]).toMatchObject({ POLYVOL_RESULT: "failed", POLYVOL_ERROR_CODE: "operation_failed" });
  });

  test("after fails: the snapshot counts, and it is reported", async () => {
    const { report, world } = await runWith({ after: logging(1) });
    expect(world.accounts.do.dump().snapshots).toMatchObject([{ state: "available" }]);
    expect(report).toMatchObject({
      ok: false,
      totals: { created: 1 },
      problems: [{ effect: "nothing_deleted", hook: "after" }],
    });
  });

  test.each(["the snapshot is refused", "before fails"])("after fails too: %s", async (what) => {
    const refused = what === "the snapshot is refused";
    const before = refused ? logging() : logging(3);
    const after = logging(7, "console.log('lock lost'); console.error('cannot thaw')");
    const error = new PolyvolError("invalid_argument", "no", { outcome: "not_applied" });
    const { report, events } = await runWith({ before, after }, [], (world) => {
      if (refused) world.accounts.do.inject({ on: "createSnapshot", effect: "fail", when: "before", error });
    });
    expect(report.ok).toBe(false);
    expect(report.problems).toMatchObject([
      { effect: "nothing_done" },
      { code: "operation_failed", effect: "attention", hook: "after", policyId: "nightly", volumeName: "db" },
    ]);
    expect(report.problems[1]?.message).toMatch(
      /^`after` failed too; what `before` did may still hold: the hook ".*" ended with 7: cannot thaw; on its standard output: lock lost /,
    );
    expect(report.volumes[0]?.problems).toEqual(report.problems);
    expect(events.filter(({ type }) => type === "problem")).toHaveLength(2);
  });

  test("after fails when the run is aborted: its listener hears of it", async () => {
    const world = createMemoryWorld("2026-05-09T04:00:00Z");
    const { do: cloud } = world.open();
    await makeVolumes(cloud, ["db"]);
    const stop = new AbortController();
    const met: string[] = [];
    const hooks = { before: logging(), after: logging(7, "console.log('lock lost')") };
    const onEvent = (event: BackupEvent): void => {
      if (event.type === "creating") stop.abort(new Error("enough"));
      if (event.type === "problem") met.push(event.problem.message);
    };
    const how = { clock: world.clock, abortSignal: stop.signal, onEvent };
    const ended = run(parsePolicies({ nightly: nightly({ hooks }) }), { do: cloud }, how);
    await expect(ended).rejects.toThrow("enough");
    expect(logged().map(({ POLYVOL_HOOK: hook }) => hook)).toEqual(["before", "after"]);
    expect(met).toEqual([expect.stringMatching(/^`after` failed too; .* ended with 7: lock lost /)]);
  });

  describe("a snapshot that an earlier run has begun", () => {
    async function waitFor(hooks: NonNullable<Parameters<typeof nightly>[0]>["hooks"], hasGone = false) {
      const world = createMemoryWorld("2026-05-09T04:00:00Z");
      const { scp } = world.open();
      const { db: volumeId = "" } = await makeVolumes(scp, ["db"]);
      const name = snapshotName("polyvol", "nightly", volumeId, new Date("2026-05-09T03:00:00Z"));
      const { resource } = await scp.snapshots.beginCreate({ volumeId, name, ...ownMarks("nightly") });
      if (hasGone) await scp.snapshots.delete(resource.id);
      const seen = hasGone ? [resource] : [];
      const listSnapshots: BlockStorageDriver["listSnapshots"] = async (...given) => {
        const page = await scp.driver.listSnapshots(...given);
        return { ...page, items: [...page.items, ...seen.splice(0)] };
      };
      const cloud = createBlockStorage({ ...scp.driver, listSnapshots }, { clock: world.clock });
      return await run(parsePolicies({ nightly: nightly({ hooks }) }), { cloud }, { clock: world.clock });
    }

    test("is waited for without holding anything still", async () => {
      const report = await waitFor({ before: logging(), after: logging() });
      expect(report).toMatchObject({ ok: true, volumes: [{ created: [{ found: true }] }] });
      expect(logged).toThrow("ENOENT");
    });

    test("is told to an after that stands alone", async () => {
      const report = await waitFor({ after: logging() });
      expect(report.ok).toBe(true);
      expect(logged()).toMatchObject([{ POLYVOL_HOOK: "after", POLYVOL_RESULT: "created" }]);
    });

    test("and has gone by then: the one that is made in its place is no backup as it was asked for", async () => {
      const { problems } = await waitFor({ before: logging() }, true);
      expect(problems).toMatchObject([{ code: "operation_failed", effect: "nothing_done" }]);
      expect(problems[0]?.message).toContain("was made without `before`");
    });
  });

  test("what a hook says last is what is told, on either output, bounded", async () => {
    const much = "process.stdout.write('x'.repeat(1 << 20) + ' the role lacks permission')";
    const code = `${much}; process.exitCode = 1`;
    const { report } = await runWith({ before: { command: [process.execPath, "-e", code] } });
    expect(report.problems[0]?.message).toMatch(/ ended with 1: x{400,500} the role lacks permission /);
  });

  test("a timeout of a month is not over at once", async () => {
    const { report } = await runWith({ before: { ...logging(), timeout: "30d" } });
    expect(report.problems).toEqual([]);
  });

  test.each<readonly [string, string]>([
    ["/no/such/program", "there is no such program, or none that its first line (#!) names (spawn"],
    ["/no/such/program --freeze", "its arguments are entries of their own"],
    ...(process.platform === "win32"
      ? []
      : [[import.meta.dirname, "it may not be executed (spawn"] as const]),
  ])("one that cannot be started: %s", async (program, words) => {
    const { report } = await runWith({ before: { command: [program] } });
    expect(report.problems[0]?.message).toContain(`the hook "${program}" could not start: `);
    expect(report.problems[0]?.message).toContain(words);
  });

  test("one that takes too long is killed with everything that it has started", async () => {
    const forever = "setInterval(() => 0, 1000)";
    const code = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(forever)}], { stdio: "inherit" }); ${forever}`;
    const { report } = await runWith({ before: { command: [process.execPath, "-e", code], timeout: "1s" } });
    expect(report.problems[0]?.message).toMatch(
      /took longer than 1s and was killed \(hooks\.before\.timeout gives it longer\)/,
    );
  });
});

test.skipIf(process.platform === "win32")(
  "a hook that cannot be killed, since it is another user's, keeps nobody from running the other",
  async () => {
    const pids = new Set<number>();
    // As for a process that sudo has started.
    vi.spyOn(process, "kill").mockImplementation((pid) => {
      pids.add(pid);
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    try {
      const command = [process.execPath, "-e", "setInterval(() => 0, 1000)"];
      const { report } = await runWith({ before: { command, timeout: "1s" }, after: logging() });
      expect(logged()).toMatchObject([{ POLYVOL_HOOK: "after", POLYVOL_ERROR_CODE: "timeout" }]);
      expect(report.problems).toMatchObject([{ code: "timeout", effect: "nothing_done", hook: "before" }]);
      expect(report.problems[0]?.message).toMatch(
        /took longer than 1s and could not be killed, so that it may still be at work \(hooks\.before\.timeout /,
      );
    } finally {
      vi.restoreAllMocks();
      for (const pid of pids) process.kill(pid, "SIGKILL");
    }
  },
);

test("variables of a hook", () => {
  const inherited = {
    PATH: "/bin",
    Path: "C:\\",
    LC_ALL: "C",
    AWS_SECRET_ACCESS_KEY: "x",
    FOO: "f",
    BAR: "b",
    HOME: "/h",
    DIGITALOCEAN_ACCESS_TOKEN: "x",
    SCP_ACCESS_KEY: "x",
    SCP_SECRET_KEY: "x",
    OS_PASSWORD: "x",
    OS_APPLICATION_CREDENTIAL_SECRET: "x",
  };
  const named = Object.keys(inherited);
  expect(hookEnvironment(inherited, named, ["BAR"], { POLYVOL_HOOK: "before" })).toEqual({
    PATH: "/bin",
    Path: "C:\\",
    LC_ALL: "C",
    FOO: "f",
    HOME: "/h",
    POLYVOL_HOOK: "before",
  });
});
