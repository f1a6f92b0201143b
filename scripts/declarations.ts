/**
 * Whether the types of each package can be written file by file, as its build writes them: `tsc -p .` does not say so, and
 * a second run of the compiler would take as long again. Exit code 1 where something exported has no type of its own.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { declarationProblems, isolatedSources } from "./declaration-problems.ts";

const ROOT = join(import.meta.dirname, "..");

const problems = isolatedSources(ROOT).flatMap((file) =>
  declarationProblems(file, readFileSync(join(ROOT, file), "utf8")),
);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
