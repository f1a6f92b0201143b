/** What only fleets need is loaded for fleets alone. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { PROCESS_ENV } from "./polyvol.ts";

/** A line of a program that names the libraries of fleets that are loaded by then. */
const TELL = "tell();";

/** What a process of these lines of a program tells. */
function toldBy(program: readonly string[]): readonly unknown[] {
  const lines = [
    'import { createRequire } from "node:module";',
    "function tell() {",
    "  const files = Object.keys(createRequire(import.meta.url).cache);",
    '  const found = ["bullmq", "ioredis"].filter((name) => files.some((file) => file.includes("/" + name + "/")));',
    '  console.log("loaded " + JSON.stringify(found));',
    "}",
    ...program,
  ];
  const args = ["--conditions=@polyvol/source", "--input-type=module", "--eval", lines.join("\n")];
  const output = execFileSync(process.execPath, args, {
    cwd: new URL("../", import.meta.url),
    env: PROCESS_ENV,
    encoding: "utf8",
  });
  return [...output.matchAll(/^loaded (.*)$/gm)].map(([, found = ""]) => JSON.parse(found));
}

test("neither the libraries nor a command that is no fleet's load a queue", () => {
  const libraries = ["core", "backup", "config", "report"].map((name) => `await import("@polyvol/${name}");`);
  const commands = [
    ["backup", "run", "--help"],
    ["fleet", "work", "--help"],
    ["fleet", "status"],
  ];
  const runs = commands.map((args) => `await (await import("polyvol")).runCli(${JSON.stringify(args)});`);
  const all = [...libraries, TELL, ...runs, TELL, 'await import("@polyvol/fleet");', TELL];
  expect(toldBy(all)).toEqual([[], [], ["bullmq", "ioredis"]]);
});
