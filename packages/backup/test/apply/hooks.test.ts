import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupEvent, parsePolicies, run } from "../../src/index.ts";
import { hookEnvironment } from "../../src/policy/environment.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
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
) {
  const world = createMemoryWorld("2026-05-09T04:00:00Z");
  const { do: cloud } = world.open();
  const { db = "" } = await makeVolumes(cloud, ["db"]);
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
      problems: [{ effect: "nothing_deleted" }],
    });
  });

  test("one that does not exist", async () => {
    const { report } = await runWith({ before: { command: ["/no/such/program"] } });
    expect(report.problems[0]?.message).toMatch(/the hook "\/no\/such\/program" could not start: .*ENOENT/);
  });

  test("one that takes too long is killed with everything that it has started", async () => {
    const forever = "setInterval(() => 0, 1000)";
    const code = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(forever)}], { stdio: "inherit" }); ${forever}`;
    const startedAt = performance.now();
    const { report } = await runWith({ before: { command: [process.execPath, "-e", code], timeout: "1s" } });
    expect(report.problems[0]?.message).toMatch(/took longer than 1s and was killed/);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test("variables of a hook", () => {
  const inherited = {
    PATH: "/bin",
    Path: "C:\\",
    LC_ALL: "C",
    AWS_SECRET_ACCESS_KEY: "x",
    FOO: "f",
    BAR: "b",
    HOME: "/h",
  };
  expect(
    hookEnvironment(inherited, ["FOO", "BAR", "AWS_SECRET_ACCESS_KEY"], ["BAR"], { POLYVOL_HOOK: "before" }),
  ).toEqual({
    PATH: "/bin",
    Path: "C:\\",
    LC_ALL: "C",
    FOO: "f",
    HOME: "/h",
    POLYVOL_HOOK: "before",
  });
});
