import { copyFile, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../packed/processes.ts";
import { installRuntime, type RuntimeName } from "./install.ts";
import type { Given, Run } from "./runtime.ts";

/** Where a runtime's program comes from. */
interface Source {
  readonly name: string;
  readonly entry?: RuntimeName;
  readonly paths: readonly string[];
}

/** Runs `process.mjs` in a folder of its own, with `given.json` beside it. */
export async function runProgram(
  { name, entry, paths }: Source,
  parameters: readonly string[],
  project: string,
  given: Given,
): Promise<Run> {
  const command = await installRuntime(name, paths, entry);
  const cwd = await mkdtemp(join(project, "run-"));
  await symlink(join(project, "node_modules"), join(cwd, "node_modules"), "junction");
  for (const file of ["package.json", "process.mjs", "smoke.mjs"]) {
    await copyFile(join(project, file), join(cwd, file));
  }
  await writeFile(join(cwd, "given.json"), JSON.stringify(given));
  const version = await run({ command, parameters: ["--version"], cwd, purpose: `${name} --version` });
  const output = await run({
    ...{ command, parameters: [...parameters, "process.mjs"], cwd, purpose: `${name} ends with an error` },
    env: { ...process.env, DENO_DIR: join(cwd, "deno"), DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" },
  });
  return { version: version.split("\n")[0] ?? "", outcomes: JSON.parse(output) as Run["outcomes"] };
}
