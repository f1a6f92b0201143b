import { closeSync, existsSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { flushOutput, guardOutput, writeTo } from "../src/output/streams.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { spawnCommand } from "./polyvol.ts";

const FULL = "/dev/full";

/** A stream that takes `room` writes and then fails for good. */
function failing(code: string, room = 0): Writable & { readonly texts: string[] } {
  const texts: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (texts.length < room) {
        texts.push(String(chunk));
        done();
      } else {
        done(Object.assign(new Error(`${code}: it is so, write`), { code }));
      }
    },
  });
  return Object.assign(stream, { texts });
}

describe("a stream that fails", () => {
  test.each(["ENOSPC", "EIO", "EAGAIN", "EDQUOT"])(
    "%s: the command goes on, and says so at the end",
    async (code) => {
      const streams = { out: failing(code, 1), err: failing("", 99) };
      guardOutput(streams);
      for (const text of ["first", "second", "third"]) writeTo(streams.out, text);
      expect(await flushOutput(0, streams)).toBe(1);
      expect(streams.out.texts).toEqual(["first"]);
      expect(streams.err.texts.join("")).toBe(
        `error: results could not be written to standard output: ${code}: it is so\n`,
      );
    },
  );

  test("a reader that has seen enough is no failure", async () => {
    const streams = { out: failing("EPIPE"), err: failing("", 99) };
    guardOutput(streams);
    writeTo(streams.out, "x");
    expect(await flushOutput(0, streams)).toBe(0);
    expect(streams.err.texts.join("")).toBe("");
  });

  test("both: the exit code is all that is left", async () => {
    const streams = { out: failing("EIO"), err: failing("EIO") };
    guardOutput(streams);
    writeTo(streams.out, "x");
    writeTo(streams.err, "x");
    expect(await flushOutput(0, streams)).toBe(1);
    expect(await Promise.all([3, 2, 4, 130].map((code) => flushOutput(code, streams)))).toEqual([
      1, 2, 4, 130,
    ]);
  });
});

describe.runIf(existsSync(FULL))("a full disk", () => {
  const POLICIES = `policies:
  nightly:
    select: { cloud: ocean }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
    hooks:
      before: { command: [sh, -c, "echo freeze >> log"] }
      after: { command: [sh, -c, "echo thaw >> log"] }
`;
  let clouds: Clouds;
  beforeEach(async () => {
    clouds = await startClouds();
    clouds.ocean.seed({ volumes: ["a", "b"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })) });
    const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
    await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
  });
  afterEach(() => clouds.close());

  /** Runs the command with one of its streams on a full disk; what it wrote to the other. */
  function runFull(
    full: "stdout" | "stderr",
    args: readonly string[],
  ): Promise<{ code: number | null; text: string }> {
    const fd = openSync(FULL, "w");
    const streams = ["stdout", "stderr"].map((name) => (name === full ? fd : "pipe"));
    const child = spawnCommand(args, { cwd: clouds.folder, env: ENV }, ["ignore", ...streams]);
    closeSync(fd);
    let text = "";
    const other = full === "stdout" ? child.stderr : child.stdout;
    other?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
  }

  const snapshots = (): number => (clouds.ocean.state() as { snapshots: object[] }).snapshots.length;
  const log = async (): Promise<string[]> =>
    (await readFile(join(clouds.folder, "log"), "utf8")).trim().split("\n").sort();

  test("behind the progress: every volume is done and thawed, and the end says what was lost", async () => {
    const { code, text } = await runFull("stderr", ["backup", "run"]);
    expect({ code, snapshots: snapshots() }).toEqual({ code: 1, snapshots: 2 });
    expect(await log()).toEqual(["freeze", "freeze", "thaw", "thaw"]);
    expect(text).toMatch(
      /2 volumes: 2 created, 0 deleted, 0 left\.\nerror: not all that there was to say could be written to standard error: ENOSPC: no space left on device\n$/,
    );
  });

  test("behind the progress of a command whose results are data: those stay data", async () => {
    const { code, text } = await runFull("stderr", ["backup", "run", "-o", "json"]);
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ ok: true, totals: { created: 2 } });
  });

  test.each([
    ["backup", "run"],
    ["volumes", "list"],
    ["volumes", "list", "-o", "json"],
  ])("behind the results: one line, no stack (%s %s %s)", async (...args) => {
    const { code, text } = await runFull(
      "stdout",
      args.filter((arg) => arg !== undefined),
    );
    expect(code).toBe(1);
    expect(text.split("\n").slice(-2)).toEqual([
      "error: results could not be written to standard output: ENOSPC: no space left on device",
      "",
    ]);
    expect(text).not.toMatch(/\n\s+at /);
    if (args[0] === "backup") expect(snapshots()).toBe(2);
  });

  test("behind the progress of a single change", async () => {
    const { code } = await runFull("stderr", ["volumes", "create", "c", "--cloud", "ocean", "--size", "10"]);
    expect(code).toBe(1);
    expect((clouds.ocean.state() as { volumes: object[] }).volumes).toHaveLength(3);
  });
});
