import { join } from "node:path";
import { run } from "../processes.ts";
import type { Homes } from "./install.ts";
import { COMPILERS, type Project } from "./projects.ts";

/** The folder, below the project's, that a compiler writes to. */
export function outputOf(compiler: string): string {
  return join("out", compiler);
}

/** Type-checks and compiles a project with each TypeScript. @throws Error with the compiler's findings */
export async function checkTypes(project: Project, cwd: string, homes: Homes): Promise<string[]> {
  for (const compiler of Object.keys(COMPILERS)) {
    const tsc = join(homes.compilers, "node_modules", compiler, "bin", "tsc");
    await run({
      command: process.execPath,
      parameters: [tsc, "--project", cwd, "--outDir", join(cwd, outputOf(compiler))],
      cwd,
      purpose: `${project.name}: ${compiler} is not content`,
    });
  }
  return Object.keys(COMPILERS);
}
