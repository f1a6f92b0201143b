/** What only fleets need is loaded for fleets alone. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { PROCESS_ENV } from "./polyvol.ts";

/** Which of the libraries of fleets a program has loaded when it has ended. */
function loadedBy(program: string): readonly string[] {
  const lines = [
    'import { createRequire } from "node:module";',
    program,
    "const files = Object.keys(createRequire(import.meta.url).cache);",
    'const found = ["bullmq", "ioredis"].filter((name) => files.some((file) => file.includes("/" + name + "/")));',
    "console.log(JSON.stringify(found));",
  ];
  const args = ["--conditions=@polyvol/source", "--input-type=module", "--eval", lines.join("\n")];
  const output = execFileSync(process.execPath, args, {
    cwd: new URL("../", import.meta.url),
    env: PROCESS_ENV,
    encoding: "utf8",
  });
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
}

test("neither the libraries nor a command that is no fleet's load a queue", () => {
  const libraries = ["core", "backup", "config", "report"].map((name) => `await import("@polyvol/${name}");`);
  expect(loadedBy(libraries.join("\n"))).toEqual([]);
  const commands = [
    ["backup", "run", "--help"],
    ["fleet", "work", "--help"],
    ["fleet", "status"],
  ];
  const runs = commands.map((args) => `await (await import("polyvol")).runCli(${JSON.stringify(args)});`);
  expect(loadedBy(runs.join("\n"))).toEqual([]);
  expect(loadedBy('await import("@polyvol/fleet");')).toEqual(["bullmq", "ioredis"]);
});
