import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { forEachInParallel, root, run } from "./processes.ts";

/** What a `package.json` may hold; only the fields that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface Packed {
  /** Its folder under `packages/`. */
  readonly folder: string;
  readonly tarball: string;
  readonly packedBytes: number;
  /** Where the tarball's files lie. */
  readonly unpacked: string;
  /** The manifest as published. */
  readonly manifest: Manifest;
  /** Import specifiers of all entries that hold code. */
  readonly entries: readonly string[];
}

/** Packs every public package, or those in these folders, and unpacks it again, below `work`. */
export async function packAll(work: string, only?: readonly string[]): Promise<Packed[]> {
  const folders = only ?? (await readdir(join(root, "packages"))).sort();
  return await forEachInParallel(folders, async (folder) => await pack(folder, work));
}

async function pack(folder: string, work: string): Promise<Packed> {
  const tarballs = join(work, "tarballs");
  const unpacked = join(work, "unpacked", folder);
  await mkdir(tarballs, { recursive: true });
  await mkdir(unpacked, { recursive: true });
  const report = await run({
    command: "pnpm",
    parameters: ["pack", "--json", "--pack-destination", tarballs],
    cwd: join(root, "packages", folder),
    purpose: `pack ${folder}`,
  });
  const tarball = resolve(tarballs, filenameIn(report));
  await run({
    command: "tar",
    parameters: ["-xzf", tarball, "-C", unpacked, "--strip-components", "1"],
    cwd: work,
    purpose: `unpack ${folder}`,
  });
  const manifest: Manifest = JSON.parse(await readFile(join(unpacked, "package.json"), "utf8"));
  const { size: packedBytes } = await stat(tarball);
  return { folder, tarball, packedBytes, unpacked, manifest, entries: entriesOf(manifest) };
}

function filenameIn(report: string): string {
  const parsed: unknown = JSON.parse(report);
  const { filename } = (Array.isArray(parsed) ? parsed[0] : parsed) as { readonly filename: string };
  return filename;
}

function entriesOf(manifest: Manifest): string[] {
  return Object.keys(manifest.exports ?? {})
    .filter((key) => key !== "./package.json")
    .map((key) => manifest.name + key.slice(1));
}
