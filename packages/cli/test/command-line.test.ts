import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { createProgram } from "../src/program.ts";
import { VERSION } from "../src/version.ts";
import { polyvol } from "./polyvol.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (command: string): ReturnType<typeof polyvol> =>
  polyvol(
    command.split(" ").filter((word) => word !== ""),
    { cwd: folder },
  );

/** Tells each file that is loaded, on standard error. */
const LIST_LOADS =
  "data:text/javascript," +
  encodeURIComponent(
    'import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => { process.stderr.write(url + "\\n"); return next(url, context); } });',
  );

test("the version is the package's", () => {
  expect(VERSION).toBe(manifest.version);
});

test.concurrent("help loads nothing but the argument parser and the declarations that it shows", async () => {
  const { code, out, err } = await polyvol(["--help"], { node: [`--import=${LIST_LOADS}`] });
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: polyvol \[options\] \[command\]\n/);
  expect(out).toContain(
    "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 changes pending (backup plan\n",
  );
  const loaded = err.split("\n").filter((url) => url.startsWith("file:"));
  expect(loaded.length).toBeGreaterThan(5);
  expect(loaded.filter((url) => !/\/node_modules\/commander\/|\/packages\/cli\/src\//.test(url))).toEqual([]);
  expect(
    loaded.filter((url) =>
      /src\/(demo|completion|commands\/backup)\/|commands\/(volumes|snapshots)|output\/table/.test(url),
    ),
  ).toEqual([]);
});

test.concurrent("unknown commands and options: the nearest, and the known ones", async () => {
  const [command, inner, option, format, nothing] = await Promise.all([
    run("volums list"),
    run("snapshots crate"),
    run("volumes list --nmae x"),
    run("volumes list -o xml"),
    run("volumes"),
  ]);
  expect([command, inner, option, format, nothing].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(command.err).toBe(
    "error: unknown command 'volums'\n(Did you mean volumes?)\nknown: clouds, volumes, snapshots, backup, fleet, config, doctor, demo, emulator, completion, help (see: polyvol --help)\n",
  );
  expect(inner.err).toContain(
    "(Did you mean create?)\nknown: list, get, create, update, delete (see: polyvol snapshots --help)\n",
  );
  expect(option.err).toContain("(Did you mean --name?)");
  expect(format.err).toMatch(
    /Allowed choices are table, wide, json, jsonl, yaml, prometheus\.\n\(see: polyvol --help\)\n$/,
  );
  expect(option.err).toContain("(see: polyvol volumes list --help)");
  expect(nothing.err).toContain("Usage: polyvol volumes");
  // Not "unknown" alone: some command of the group has it.
  expect((await run("backup --policy nightly")).err).toContain(
    "unknown option '--policy'\nan option stands after its command, one of: plan, apply, run, ",
  );
});

test.concurrent("help of a command: at any depth, and of none that is not there", async () => {
  const [list, inner, ...unknown] = await Promise.all([
    run("help volumes list"),
    run("volumes help list"),
    run("help volums"),
    run("volums --help"),
    run("help volumes lst"),
    run("volumes help lst"),
    run("volumes lst --help"),
  ]);
  expect([list.code, inner.code]).toEqual([0, 0]);
  expect(list.out).toMatch(/^Usage: polyvol volumes list /);
  expect(inner.out).toBe(list.out);
  expect(unknown.map(({ code, out }) => ({ code, out }))).toEqual(unknown.map(() => ({ code: 2, out: "" })));
  for (const { err } of unknown.slice(0, 2))
    expect(err).toContain("'volums'\n(Did you mean volumes?)\nknown: ");
  for (const { err } of unknown.slice(2))
    expect(err).toContain("'lst'\n(Did you mean list?)\nknown: list, get,");
});

test("what is asked for help is never done, wherever the word stands", async () => {
  const program = await createProgram(() => undefined);
  const done: string[] = [];
  const helped: string[] = [];
  program.configureOutput({ writeOut: (text) => helped.push(text), writeErr: () => undefined });
  const paths: string[][] = [];
  const visit = (command: Command, path: readonly string[]): void => {
    for (const each of command.commands) {
      if (each.name() === "help") continue;
      const own = [...path, each.name()];
      each.copyInheritedSettings(program);
      if (each.commands.length === 0) each.action(() => void done.push(own.join(" ")));
      paths.push(own);
      visit(each, own);
    }
  };
  visit(program, []);
  expect(paths.length).toBeGreaterThan(40);
  for (const path of paths) {
    const asked = [...path.slice(0, -1), "--help", ...path.slice(-1)];
    helped.length = 0;
    expect(() => program.parse(asked, { from: "user" }), asked.join(" ")).toThrow(CommanderError);
    expect(helped.join(""), asked.join(" ")).toContain(`Usage: polyvol ${path.join(" ")}`);
    const behind = ["help", "--", ...path, "--", "x"];
    expect(() => program.parse(behind, { from: "user" }), behind.join(" ")).toThrow(CommanderError);
  }
  expect(done).toEqual([]);
});

test.each([60, 40])("help fits a terminal of %i columns", async (columns) => {
  const program = await createProgram(() => undefined);
  for (const path of [["volumes", "list"], ["volumes"], ["backup", "drill"], ["demo"]]) {
    const command = path.reduce<Command | undefined>(
      (outer, name) => outer?.commands.find((each) => each.name() === name),
      program,
    );
    const help = command?.configureOutput({ getOutHelpWidth: () => columns }).helpInformation() ?? "";
    expect(help).toMatch(/^Usage: polyvol /);
    const [, ...lines] = help.split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  }
});

test.concurrent("values that cannot be", async () => {
  const [missing, given, size, time, nothing] = await Promise.all([
    run("snapshots create db"),
    run("volumes resize db --size 20"),
    run("volumes create db --size big"),
    run("volumes list --timeout soon"),
    run("volumes create db"),
  ]);
  const lock = await run("fleet work --redis redis://127.0.0.1:1 --lock 500ms");
  expect(lock).toMatchObject({
    code: 2,
    err: expect.stringContaining("'--lock <time>' argument '500ms' is invalid. Give a time from 1s."),
  });
  expect(missing).toMatchObject({
    code: 2,
    err: "error: missing required argument 'name'\nusage: polyvol snapshots create [options] <volume> <name> (see: polyvol snapshots create --help)\n",
  });
  expect(given.err).toContain("usage: polyvol volumes resize [options] <volume> <size> (see: ");
  expect(size).toMatchObject({ code: 2 });
  expect(size.err).toContain("Give a whole size such as 20, 20GiB or 2TiB.");
  expect(time.err).toContain("Give a time such as 90s, 15m or 1h30m.");
  expect(nothing).toMatchObject({
    code: 2,
    err: "error: a volume needs --size, or --from-snapshot, which implies one.\n",
  });
});

test.concurrent("a configuration is begun, never written over, and described for editors", async () => {
  const none = await run("clouds list");
  expect(none.code).toBe(2);
  expect(none.err).toContain("polyvol config init");
  const first = await run("config init begun.yaml");
  expect(first).toMatchObject({ code: 0, out: "" });
  const text = await readFile(join(folder, "begun.yaml"), "utf8");
  const [again, check, schema, where] = await Promise.all([
    run("config init begun.yaml"),
    run("config check -c begun.yaml"),
    run("config schema"),
    run("config init no/such/folder.yaml"),
  ]);
  expect(again).toMatchObject({
    code: 2,
    err: "error: begun.yaml exists and is left as it is; name another file.\n",
  });
  expect(await readFile(join(folder, "begun.yaml"), "utf8")).toBe(text);
  expect(check.code).toBe(2);
  expect(check.err).toContain("found DIGITALOCEAN_TOKEN, which is not set");
  expect(JSON.parse(schema.out)).toMatchObject({ title: "Polyvol configuration" });
  expect(where).toMatchObject({
    code: 1,
    err: "error: no/such/folder.yaml cannot be written: there is no folder no/such (ENOENT)\n",
  });
});
