/**
 * Packs every package as it would be published, checks the tarballs (publint, are-the-types-wrong), installs them into
 * a clean project outside the workspace, and loads every entry there as an ES module and as CommonJS.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

interface Packed {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
  /** Import specifiers of all entries. */
  readonly entries: readonly string[];
  readonly peers: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "polyvol-packed-"));
  try {
    const tarballs = join(work, "tarballs");
    const project = join(work, "project");
    await Promise.all([mkdir(tarballs), mkdir(project)]);
    const folders = (await readdir(join(root, "packages"))).sort();
    const packed: Packed[] = [];
    for (const folder of folders) packed.push(await pack(folder, tarballs));
    for (const each of packed) await checkTarball(each);
    await installAll(project, packed);
    await loadAll(project, packed);
    say(
      `packed: ${packed.length} packages, ${packed.flatMap((each) => each.entries).length} entries load as ESM and CommonJS`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function pack(folder: string, tarballs: string): Promise<Packed> {
  const cwd = join(root, "packages", folder);
  const manifest = JSON.parse(await readFile(join(cwd, "package.json"), "utf8"));
  const { stdout } = await run("pnpm", ["pack", "--json", "--pack-destination", tarballs], { cwd });
  const report = JSON.parse(stdout);
  const { filename } = Array.isArray(report) ? report[0] : report;
  const entries = Object.keys(manifest.exports)
    .filter((key) => key !== "./package.json")
    .map((key) => manifest.name + key.slice(1));
  return {
    name: manifest.name,
    folder,
    tarball: filename.startsWith("/") ? filename : join(tarballs, filename),
    entries,
    peers: manifest.peerDependencies ?? {},
  };
}

async function checkTarball(packed: Packed): Promise<void> {
  await check(packed.name, "publint", ["run", packed.tarball, "--strict"]);
  // The old resolution of Node 10 knows no subpaths: not supported, and nothing that we run on uses it.
  await check(packed.name, "attw", [packed.tarball, "--profile", "node16", "--format", "ascii"]);
}

async function check(name: string, command: string, parameters: readonly string[]): Promise<void> {
  try {
    await run(command, [...parameters], { cwd: root });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${name}: ${command} is not content\n${stdout}${stderr}`);
  }
}

async function installAll(project: string, packed: readonly Packed[]): Promise<void> {
  const catalog = await peerVersions();
  const dependencies: Record<string, string> = {};
  for (const each of packed) {
    dependencies[each.name] = `file:${each.tarball}`;
    for (const peer of Object.keys(each.peers)) dependencies[peer] = catalog[peer] ?? "*";
  }
  const manifest = { name: "consumer", private: true, type: "module", dependencies };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: project });
}

/** The versions that the workspace itself uses, by its catalog. */
async function peerVersions(): Promise<Record<string, string>> {
  const text = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
  const versions: Record<string, string> = {};
  for (const [, name, version] of text.matchAll(/^ {2}"?([@\w/-]+)"?: (\S+)$/gm)) {
    if (name !== undefined && version !== undefined) versions[name] = version;
  }
  return versions;
}

async function loadAll(project: string, packed: readonly Packed[]): Promise<void> {
  for (const { entries } of packed) {
    for (const entry of entries) {
      // The conformance kit registers tests as it loads vitest, which only runs inside a vitest process.
      if (entry === "@polyvol/conformance") continue;
      const count = "if (Object.keys(loaded).length === 0) throw new Error('no exports')";
      await load(project, `const loaded = await import("${entry}"); ${count}`, "module");
      await load(project, `const loaded = require("${entry}"); ${count}`, "commonjs");
    }
  }
}

async function load(cwd: string, program: string, type: "module" | "commonjs"): Promise<void> {
  try {
    await run(process.execPath, [`--input-type=${type}`, "--eval", program], { cwd });
  } catch (error) {
    throw new Error(`${program} (${type})\n${(error as { stderr: string }).stderr}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
