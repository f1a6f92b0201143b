import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Block } from "./markdown.ts";
import { ordersOf } from "./orders.ts";
import { ROOT } from "./pages.ts";

/** Languages of blocks that the compiler reads, with the ending of a file that holds one. */
export const TYPESCRIPT: ReadonlyMap<string, string> = new Map([
  ["ts", "ts"],
  ["typescript", "ts"],
  ["js", "js"],
  ["mjs", "mjs"],
  ["cts", "cts"],
  ["cjs", "cjs"],
]);

const COMPILER = join(ROOT, "node_modules", "typescript-7", "bin", "tsc");

/** A file made of one block, or of several that continue each other. */
export interface BlockFile {
  readonly name: string;
  readonly chain: readonly Block[];
}

/** A folder with the files of many blocks. */
export interface BlockProject {
  readonly folder: string;
  readonly files: readonly BlockFile[];
}

/**
 * Writes all blocks as files of a project of their own, each page's `continues` together with what it continues. In a
 * file every line stands where it stands on the page, so that complaints name the page's lines.
 * @param name of a folder in `.reports`, which git ignores
 */
export async function writeBlocks(name: string, blocks: readonly Block[]): Promise<BlockProject> {
  const folder = join(ROOT, ".reports", name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await linkPackages(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const own = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { allowJs: true, checkJs: true },
    include: ["."],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(own));
  const files = chainsOf(blocks).map((chain, index) => ({ name: nameOf(chain, index), chain }));
  for (const { name, chain } of files) await writeFile(join(folder, name), textOf(chain));
  return { folder, files };
}

/** Compiles the files in one run. @returns the complaints, one line each */
export async function compileBlocks({ folder, files }: BlockProject): Promise<readonly string[]> {
  const pages = new Map(files.map(({ name, chain }) => [name, chain[0]?.page.path]));
  return (await compile(folder))
    .split("\n")
    .filter((line) => line.includes("error TS"))
    .map((line) =>
      line.replace(
        /^(?:.*[\\/])?(\d+(?:\.test)?\.\w+)\((\d+),\d+\)/,
        (_, file, row) => `${pages.get(file)}:${row}`,
      ),
    );
}

function nameOf(chain: readonly Block[], index: number): string {
  const [first] = chain;
  const ending = TYPESCRIPT.get(first?.language ?? "") ?? "ts";
  return chain.some(({ code }) => /from "vitest"/.test(code))
    ? `${index}.test.${ending}`
    : `${index}.${ending}`;
}

/** Blocks that belong together, in the order of their page. */
function chainsOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const chains: Block[][] = [];
  for (const block of blocks) {
    const last = chains.at(-1);
    if (ordersOf(block).continues && last?.[0]?.page === block.page) last.push(block);
    else chains.push([block]);
  }
  return chains;
}

function textOf(chain: readonly Block[]): string {
  const lines: string[] = [];
  for (const block of chain) {
    const given = ordersOf(block).given?.split("\n") ?? [];
    // The comment is at least as long as what it gives, so there is room above the code.
    while (lines.length < block.line - 1 - given.length) lines.push("");
    lines.push(...given, ...block.code.split("\n"));
  }
  return `${lines.join("\n")}\n`;
}

function compile(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Several threads check the same types several times: on few processors that takes twice the work.
    const parameters = [COMPILER, "-p", folder, "--pretty", "false", "--singleThreaded"];
    execFile(process.execPath, parameters, (error, stdout, stderr) => {
      if (error === null || stdout.includes("error TS")) resolve(stdout);
      else reject(new Error(`the compiler failed\n${stdout}${stderr}`));
    });
  });
}

/** All packages, and all that they depend on, where a reader's project would have them. */
async function linkPackages(folder: string): Promise<void> {
  const links = new Map<string, string>();
  for (const folder of await readdir(join(ROOT, "packages"))) {
    const own = join(ROOT, "packages", folder);
    const manifest = JSON.parse(await readFile(join(own, "package.json"), "utf8"));
    links.set(manifest.name, own);
    const dependencies = {
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
      ...manifest.dependencies,
    };
    for (const name of Object.keys(dependencies)) {
      if (!links.has(name)) links.set(name, join(own, "node_modules", name));
    }
  }
  for (const name of ["vitest", "@types/node"]) links.set(name, join(ROOT, "node_modules", name));
  for (const [name, target] of links) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link, "junction");
  }
}
