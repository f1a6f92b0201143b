import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Packed } from "../pack.ts";
import { root, run } from "../processes.ts";
import { COMPILERS, type Installer, RUNNERS } from "./projects.ts";

/** Where the projects of each installer lie. They share its `node_modules`, as one install is all they need. */
export type Homes = Readonly<Record<Installer, string>> & {
  /** Where the compilers and what they need are installed. */
  readonly compilers: string;
};

/** Installs the tarballs into clean folders below `work`, which has to be outside every workspace. */
export async function installHomes(work: string, packed: readonly Packed[]): Promise<Homes> {
  const homes = {
    npm: join(work, "npm"),
    pnpm: join(work, "pnpm"),
    compilers: join(work, "compilers"),
  };
  await Promise.all(Object.values(homes).map((home) => mkdir(home)));
  const dependencies = await dependenciesOf(packed);
  await Promise.all([
    installByNpm(homes.npm, dependencies),
    installByPnpm(homes.pnpm, dependencies, packed),
    installByNpm(homes.compilers, COMPILERS),
  ]);
  return homes;
}

/** Installs the test runners beside the tarballs. They are another tree: what they bring should not hide what is missing. */
export async function installRunners(work: string, packed: readonly Packed[]): Promise<string> {
  const home = join(work, "runners");
  await mkdir(home);
  await installByNpm(home, { ...(await dependenciesOf(packed)), ...RUNNERS });
  return home;
}

async function dependenciesOf(packed: readonly Packed[]): Promise<Record<string, string>> {
  const text = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
  const { catalog } = parse(text) as { readonly catalog: Readonly<Record<string, string>> };
  const wanted = new Set(["@types/node", "ky", "zod"]);
  for (const { manifest } of packed) {
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) wanted.add(peer);
  }
  const dependencies = Object.fromEntries([...wanted].map((name) => [name, catalog[name] ?? "*"]));
  for (const { manifest, tarball } of packed) dependencies[manifest.name] = `file:${tarball}`;
  return dependencies;
}

async function installByNpm(cwd: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  await writeFile(join(cwd, "package.json"), JSON.stringify({ private: true, dependencies }));
  const parameters = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"];
  await run({ command: "npm", parameters, cwd, purpose: "install the packages by npm" });
}

async function installByPnpm(
  cwd: string,
  dependencies: Readonly<Record<string, string>>,
  packed: readonly Packed[],
): Promise<void> {
  await writeFile(join(cwd, "package.json"), JSON.stringify({ private: true, dependencies }));
  // Not published yet, the packages find each other as tarballs only.
  const overrides = Object.fromEntries(
    packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
  );
  const settings = { packages: ["."], overrides, hoist: false, pmOnFail: "ignore", strictDepBuilds: false };
  await writeFile(join(cwd, "pnpm-workspace.yaml"), JSON.stringify(settings));
  const parameters = ["install", "--ignore-scripts", "--no-frozen-lockfile", "--prefer-offline"];
  await run({ command: "pnpm", parameters, cwd, purpose: "install the packages by pnpm" });
}
