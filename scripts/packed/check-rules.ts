import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest, Packed } from "./pack.ts";
import { root } from "./processes.ts";
import { problemsOf } from "./rules/index.ts";
import type { Repository, Tarball } from "./rules/tarball.ts";

/** @throws Error that lists everything that any package lacks */
export async function checkRules(packed: readonly Packed[]): Promise<void> {
  const repository = await readRepository();
  const tarballs = await Promise.all(packed.map(readTarball));
  const problems = tarballs.flatMap((tarball) => problemsOf(tarball, repository));
  if (problems.length > 0) throw new Error(`not fit to be published\n${problems.join("\n")}`);
}

async function readTarball({ folder, manifest, unpacked }: Packed): Promise<Tarball> {
  const files = new Map<string, string>();
  for (const entry of await readdir(unpacked, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(unpacked.length + 1).replaceAll("\\", "/"), await readFile(path, "utf8"));
  }
  return { folder, manifest, files };
}

/** The root's manifest is the one place that names the repository and the Node versions. */
async function readRepository(): Promise<Repository> {
  const manifest: Manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const { homepage, engines } = manifest as unknown as {
    readonly homepage: string;
    readonly engines: { readonly node: string };
  };
  return {
    url: homepage,
    nodeRange: engines.node,
    license: await readFile(join(root, "LICENSE"), "utf8"),
    exists: (path) => existsSync(join(root, path)),
  };
}
