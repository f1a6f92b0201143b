import { globSync, readFileSync } from "node:fs";
import { dirname, sep } from "node:path";
import { ROOT } from "./pages.ts";

/** One package of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  /** From the top folder. */
  readonly folder: string;
}

/** All packages and examples, by folder. */
export function workspacePackages(): readonly WorkspacePackage[] {
  return globSync(["packages/*/package.json", "examples/*/package.json"], { cwd: ROOT })
    .map((file) => file.split(sep).join("/"))
    .sort()
    .map((file) => {
      const { name } = JSON.parse(readFileSync(ROOT + file, "utf8"));
      return { name, folder: dirname(file) };
    });
}
