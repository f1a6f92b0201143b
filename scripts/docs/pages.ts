import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the repository, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** Pages that are checked: everything that a reader is meant to find. `docs/api` is made by typedoc. */
const PLACES = ["*.md", "packages/*/README.md", "examples/README.md", "examples/*/README.md", "docs/**/*.md"];
const ELSEWHERE = ["docs/api/**"];

/** One Markdown file. */
export interface Page {
  /** From the top folder, with slashes: `docs/errors.md`. */
  readonly path: string;
  readonly text: string;
}

/** All pages, by path. */
export function listPages(): readonly Page[] {
  return globSync(PLACES, { cwd: ROOT, exclude: ELSEWHERE })
    .map((path) => path.split(sep).join("/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(ROOT + path, "utf8") }));
}

/** What `target` on a page stands for, from the top folder; `undefined` outside of the repository. */
export function resolveFrom(page: Page, target: string): string | undefined {
  const path = posix.normalize(posix.join(dirname(page.path), target));
  return path.startsWith("..") ? undefined : path;
}

/** Whether there is such a file or folder. */
export function exists(path: string): boolean {
  return existsSync(ROOT + path);
}
