import { join } from "node:path";
import { build } from "esbuild";
import { run } from "../processes.ts";
import { outputOf } from "./check-types.ts";
import { COMPILERS, type Project } from "./projects.ts";

/** What every program prints: a snapshot on each cloud, by its adapter's factory and by configuration. */
const EXPECTED = [
  "digitalocean of-direct available",
  "samsung-scp of-direct available",
  "digitalocean of-configured available",
  "samsung-scp of-configured available",
];

/** Runs a project's program to its end. @throws Error when it fails or does not print what it should */
export async function runProject(project: Project, cwd: string): Promise<void> {
  const output = await run({
    command: process.execPath,
    parameters: [await programOf(project, cwd)],
    cwd,
    purpose: `${project.name}: the program fails`,
  });
  if (output.trim() !== EXPECTED.join("\n")) {
    throw new Error(`${project.name}: the program printed\n${output}\ninstead of\n${EXPECTED.join("\n")}`);
  }
}

async function programOf(project: Project, cwd: string): Promise<string> {
  if (project.run === "as it is") return project.program;
  if (project.run === "compiled") return join(outputOf(Object.keys(COMPILERS).at(-1) ?? ""), "main.js");
  const outfile = join(cwd, "bundle.cjs");
  const entryPoints = [join(cwd, project.program)];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "silent" });
  return outfile;
}
