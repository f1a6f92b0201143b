import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInContext } from "../src/command.ts";
import { runDemo } from "../src/demo/run-demo.ts";
import { workHere } from "./in-process.ts";
import { commandInShell, PROCESS_ENV, polyvol, start } from "./polyvol.ts";

/** Gives a program a terminal of its own. Part of util-linux. */
const SCRIPT = "/usr/bin/script";

const HANG_UP = process.platform === "win32" ? "SIGINT" : "SIGHUP";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-demo-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Words of a command line as it was printed. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  expect(words[0]).toBe("polyvol");
  return words.slice(1);
}

/** The commands in a text: the lines that are indented. */
const commandsIn = (text = ""): readonly string[] =>
  (text.match(/^ {2}\S.*$/gm) ?? []).map((line) => line.trim());

function expectStory(told: string): void {
  expect(told.split("\n").length).toBeLessThanOrEqual(100);
  expect(told.match(/^ +\d+ {2}\w{3} \d\d \w{3} +(40|52) +\d+ +\d+ +\d+( .*)?$/gm)).toHaveLength(30);
  expect(told).toContain("the process died after 70 requests; the next run went on\n");
  expect(told).toMatch(/samsung was down for an hour; status: stale, 2[06] late; made up for\n/);
  expect(told.match(/^✓ .+ \([\d,]+\)$/gm)).toHaveLength(5);
  expect(told).not.toMatch(/✗|NOT AS IT SHOULD BE/);
  expect(told.match(/^\S.+ +[1-9]\d* +[1-9]\d* +0 +0$/gm)).toHaveLength(10);
  expect(told).toMatch(/; 0 duplicated, 0 lost\.\nAll is as it should be, after [\d.]+ /);
}

test("the demo tells its story, and what it leaves can be worked with, until Ctrl-C and after it", async () => {
  const cwd = join(folder, "my clouds");
  const demo = start(["demo", "--keep", "my clouds"], { cwd: folder });
  await Promise.race([demo.saw("polyvol backup audit\n"), demo.ended]);
  const ran = new Map<string, string>();
  const printed = commandsIn(demo.text().out.split("\nNow you: ")[1]);
  expect(printed[0], demo.text().err).toBe("cd 'my clouds'");
  expect(printed).toHaveLength(9);
  for (const line of printed.slice(1)) {
    const { code, out, err } = await polyvol(wordsOf(line), { cwd });
    expect(code, `${line}\n${out}${err}`).toBe(0);
    ran.set(line, out);
  }
  expect(ran.get("polyvol backup status")).toContain("52 fresh, 0 late, 0 missing, 0 new");
  expect(ran.get("polyvol backup plan")).toContain("40 volumes: 0 to create, 0 to delete, ");
  expect(ran.get("polyvol backup run")).toContain("41 volumes: 2 created, 0 deleted, 0 left.");
  const secret = join(cwd, "credentials/ocean.token");
  expect(await readFile(secret, "utf8")).toMatch(/^[0-9a-f]{32}\n$/);
  expect((await stat(secret)).mode & 0o777).toBe(0o600);

  // As when its terminal is closed.
  demo.child.kill(HANG_UP);
  const { code, out, err } = await demo.ended;
  expect(code, err).toBe(0);
  expect(err).toBe("\nStopping; press Ctrl-C again to stop at once.\n");
  expectStory(out.split("\nNow you: ")[0] ?? "");
  expect(out).toContain("\nThe policies, in my clouds/polyvol.config.yaml\n\npolicies:\n  nightly:\n");

  const again = commandsIn(out.split("\nStopped.")[1]);
  expect(again).toHaveLength(2);
  const emulators = again.map((line) => {
    const [, variables = "", command = ""] = /^((?:\w+=\S+ )+)(.*)$/.exec(line) ?? [];
    expect(command).not.toMatch(/token|key/);
    const env = Object.fromEntries(
      variables
        .trim()
        .split(" ")
        .map((each) => each.split("=", 2)),
    );
    return start(wordsOf(command), { cwd: folder, env });
  });
  await Promise.all(emulators.map(({ saw }) => saw('"url":')));
  const status = await polyvol(["backup", "status"], { cwd });
  expect(status.out, status.err).toContain("54 fresh, 0 late, 0 missing, 0 new");
  const volumes = await polyvol(["volumes", "list", "-o", "json"], { cwd });
  expect(volumes.out).toContain('"db-ledger-2"');
  expect(volumes.out).toContain('"restored-orders"');
  for (const { child } of emulators) child.kill(HANG_UP);
  expect((await Promise.all(emulators.map(({ ended }) => ended))).map((each) => each.code)).toEqual([0, 0]);
});

test.skipIf(!existsSync(SCRIPT))(
  "on a terminal it shows what is going on, until Ctrl-C is typed",
  async () => {
    const line = `stty cols 100 rows 40; exec ${commandInShell()} demo`;
    const child = spawn(SCRIPT, ["-qec", line, "/dev/null"], {
      cwd: folder,
      env: { ...PROCESS_ENV, TERM: "xterm-256color", SHELL: "/bin/sh" },
    });
    let screen = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      const shown = / now: night \d+ of 30 [\d.]+ /.test(screen);
      screen += chunk;
      if (!shown && / now: night \d+ of 30 [\d.]+ /.test(screen)) child.stdin.write("\u0003");
    });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(130);
    const lines = stripVTControlCharacters(screen.replaceAll("\r", ""));
    expect(lines).toContain("Interrupted; nothing is left half done.\n");
    const [, file = ""] = /The policies, in (.+)\n/.exec(lines) ?? [];
    expect(file).toContain("polyvol-demo-");
    expect(existsSync(dirname(file))).toBe(false);
  },
);

interface Told {
  readonly url: string;
  /** The configuration. */
  readonly file: string;
}

/** Deletes what somebody else has made, while the demo goes on. */
async function loseTheirs({ url, file }: Told): Promise<void> {
  const token = (await readFile(join(dirname(file), "credentials/ocean.token"), "utf8")).trim();
  const state = (await (await fetch(`${url}/_emulator/state`)).json()) as {
    readonly snapshots: readonly { readonly id: string; readonly name: string }[];
  };
  const theirs = `${url}/v2/snapshots/${state.snapshots.find(({ name }) => name === "olga 1")?.id}`;
  // The faults strike this request, too.
  for (let status = 0; status !== 404; ) {
    const init = { method: "DELETE", headers: { authorization: `Bearer ${token}` } };
    status = await fetch(theirs, init).then(
      (response) => response.status,
      () => 0,
    );
  }
}

test("what somebody else loses on the way is said, in the figures, too, and the exit code is 1", async () => {
  let told = "";
  let lost: Promise<void> | undefined;
  // In this process, so that the demo cannot run away from who meddles.
  const few = (): Promise<number> =>
    runInContext({ output: "json" }, (context) => runDemo(context, { seed: 9 }, 6));
  const demo = workHere(few, { folder, env: PROCESS_ENV }, (text) => {
    told += text;
    if (lost !== undefined || !told.includes("\n    2  ")) return;
    const [, url = ""] = / (http:\S+)/.exec(told) ?? [];
    const [, file = ""] = /The policies, in (.+)\n/.exec(told) ?? [];
    lost = loseTheirs({ url, file });
  });
  const { code, out, err } = await demo;
  await lost;
  expect(code).toBe(1);
  expect(err).toContain("1 THING NOT AS IT SHOULD BE");
  expect(err).toMatch(/\n✗ volumes, and what somebody else made, .+\n {4}ocean: snapshot olga 1 is gone\n✓/);
  expect(err).toContain("\nNot all is as it should be, after ");
  const figures = JSON.parse(out) as Record<string, unknown>;
  expect(figures).toMatchObject({
    ok: false,
    seed: 9,
    rounds: 6,
    clouds: [
      { name: "ocean", provider: "digitalocean", volumes: 20 },
      { name: "samsung", provider: "samsung-scp", volumes: 20 },
    ],
    totals: { created: expect.any(Number), duplicated: 0, lost: 0 },
    elapsedMs: expect.any(Number),
  });
  // The whole story meets ten of them.
  expect((figures["faults"] as readonly unknown[]).length).toBeGreaterThan(4);
  expect(figures["checks"]).toHaveLength(5);
});

test("an interrupted demo leaves nothing behind, of a folder that was named either", async () => {
  await mkdir(join(folder, "there already"));
  const demos = ["not/there", "there already"].map((kept) =>
    start(["demo", "--keep", kept], { cwd: folder }),
  );
  for (const { child, saw } of demos) {
    await saw("\n    1  ");
    child.kill("SIGINT");
  }
  for (const { code, err } of await Promise.all(demos.map((each) => each.ended))) {
    expect(code).toBe(130);
    expect(err).toContain("Interrupted; nothing is left half done.\n");
  }
  expect(existsSync(join(folder, "not"))).toBe(false);
  expect(await readdir(join(folder, "there already"))).toEqual([]);
});

test.concurrent("what --keep and --seed refuse, and that options about clouds are refused", async () => {
  await mkdir(join(folder, "full"));
  await writeFile(join(folder, "full/mine.txt"), "");
  const [full, file, seed, ...foreign] = await Promise.all(
    [
      ["--keep", "full"],
      ["--keep", "full/mine.txt"],
      ["--seed", "x"],
      ["--cloud", "ocean"],
      ["--config", "x.yaml"],
      ["--timeout", "2s"],
    ].map((options) => polyvol(["demo", ...options], { cwd: folder })),
  );
  expect(full).toMatchObject({ code: 2, out: "" });
  expect(full?.err).toBe(
    "error: --keep: found full, which is not empty; allowed: a folder that is empty or does not exist\n",
  );
  expect(await readdir(join(folder, "full"))).toEqual(["mine.txt"]);
  expect(file).toMatchObject({ code: 2, out: "" });
  expect(file?.err).toContain("--keep: found full/mine.txt, which is no folder;");
  expect(seed).toMatchObject({ code: 2, out: "" });
  expect(seed?.err).toContain("Give a whole number from 1.");
  for (const { code, err } of foreign) {
    expect(code).toBe(2);
    expect(err).toContain("does not go with this command: it brings its own clouds");
  }
});
