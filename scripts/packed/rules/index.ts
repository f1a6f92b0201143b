import { entries } from "./entries.ts";
import { contents } from "./files.ts";
import { dependencies, metadata } from "./metadata.ts";
import { readme } from "./readme.ts";
import type { Repository, Tarball } from "./tarball.ts";

const RULES = [metadata, dependencies, entries, contents, readme];

/** Everything that a package lacks before it may be published, each with the package's name. */
export function problemsOf(tarball: Tarball, repository: Repository): string[] {
  const problems = RULES.flatMap((rule) => rule(tarball, repository));
  return problems.map((problem) => `${tarball.manifest.name}: ${problem}`);
}
