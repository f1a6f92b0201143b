import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { checkEmulator, checkPolyvol, unknownSubcommand } from "./command-line.ts";
import type { Block, Parsed } from "./markdown.ts";
import { ordersOf, placeOf } from "./orders.ts";
import { exists, type Page, ROOT } from "./pages.ts";
import { type ShellCommand, shellCommands } from "./shell-words.ts";
import { workspacePackages } from "./workspace.ts";

/** Programs that pages may name beside ours; what they are given is not checked. */
const PLAIN = new Set(
  "borg cat cd curl echo export git head jq kill ls mkdir mv printf restic rm sleep source tee test tsc unset vitest".split(
    " ",
  ),
);
/** What pnpm does itself. */
const OWN_OF_PNPM = new Set("add changeset dlx install pack publish remove update".split(" "));

/** What is wrong with the command lines of a block: scripts, commands and options that do not exist. */
export async function checkShellBlock(block: Block): Promise<readonly string[]> {
  const folders = foldersOf(block.page, ordersOf(block).folder);
  const problems = await Promise.all([...folders].map((folder) => checkCommands(block, folder)));
  return problems.find((each) => each.length === 0) ?? problems[0] ?? [];
}

/** The README of a package or an example speaks to somebody who is in its folder, or in the top one. */
function foldersOf({ path }: Page, ordered?: string): readonly string[] {
  const own = ordered ?? posix.dirname(path);
  return exists(`${own}/package.json`) ? [...new Set([own, "."])] : ["."];
}

async function checkCommands(block: Block, start: string): Promise<readonly string[]> {
  const problems: string[] = [];
  let folder = start;
  for (const command of shellCommands(block.code)) {
    const [program, first] = command;
    if (program === "cd" && first !== undefined) folder = posix.join(folder, first);
    const problem = await checkCommand(command, folder);
    if (problem !== undefined) problems.push(`${placeOf(block)}: ${command.join(" ")}: ${problem}`);
  }
  return problems;
}

/**
 * The same for code within a line that begins with a command of ours, such as `pnpm demo`. It may be the beginning of a
 * command line only, so no more than scripts and subcommands are looked at.
 */
export async function checkInlineCommands({ page, codes }: Parsed): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { code, line } of codes) {
    const [command = []] = /^(?:pnpm|polyvol) [a-z]/.test(code) ? shellCommands(code) : [];
    const problem = await checkBeginning(command, foldersOf(page));
    if (problem !== undefined) problems.push(`${page.path}:${line}: ${code}: ${problem}`);
  }
  return problems;
}

async function checkBeginning(
  command: ShellCommand,
  folders: readonly string[],
): Promise<string | undefined> {
  const stranger = command.findIndex((word) => !/^[a-z:-]+$/.test(word));
  const [program, ...words] = stranger < 0 ? command : command.slice(0, stranger);
  if (program === "polyvol") return unknownSubcommand(words);
  if (program !== "pnpm" || words[0] === "emulator") return undefined;
  if (words[0] === "polyvol") return unknownSubcommand(words.slice(1));
  const problems = await Promise.all(folders.map((folder) => checkPnpm(words, folder)));
  return problems.includes(undefined) ? undefined : problems[0];
}

/** @returns what is wrong with one command, seen from a folder of the repository */
async function checkCommand(command: ShellCommand, folder: string): Promise<string | undefined> {
  const [program = "", ...args] = command;
  if (program === "") return undefined;
  if (program === "polyvol") return await checkPolyvol(args);
  if (program === "polyvol-emulator") return await checkEmulator(args);
  if (program === "npx") return await checkNpx(args, folder);
  if (program === "pnpm") return await checkPnpm(args, folder);
  if (program === "npm") return checkNpm(args, folder);
  if (program === "node") return checkNode(args, folder);
  return PLAIN.has(program) ? undefined : `the checks of pages know no program ${program}`;
}

async function checkNpx(args: readonly string[], folder: string): Promise<string | undefined> {
  const [program = "", ...rest] = args.filter((arg) => !["-y", "--yes", "--no"].includes(arg));
  return await checkCommand([program.replace(/(.)@\d+$/, "$1"), ...rest], folder);
}

async function checkPnpm(args: readonly string[], folder: string): Promise<string | undefined> {
  const [first = "", ...rest] = args.filter((arg) => !["-r", "--silent"].includes(arg));
  if (first === "--filter") {
    const [filter = "", ...command] = rest;
    const there = packageNames().get(filter);
    return there === undefined ? `no package ${filter}` : await checkPnpm(command, there);
  }
  if (first === "run") return await checkPnpm(rest, folder);
  if (first === "exec") return checkInstalled(rest);
  const scripts = scriptsOf(folder);
  if (scripts === undefined) return undefined;
  if (!Object.hasOwn(scripts, first)) return OWN_OF_PNPM.has(first) ? undefined : `no script ${first}`;
  if (first === "polyvol") return await checkPolyvol(rest);
  if (first === "emulator") return await checkEmulator(rest);
  return undefined;
}

function checkInstalled([program = ""]: readonly string[]): string | undefined {
  return existsSync(`${ROOT}node_modules/.bin/${program}`) ? undefined : `${program} is not installed`;
}

/** A file in a folder has to be there; one without a folder may be the reader's own. */
function checkNode(args: readonly string[], folder: string): string | undefined {
  const file = args.find((arg) => !arg.startsWith("-")) ?? "";
  return !file.includes("/") || exists(posix.join(folder, file)) ? undefined : `no file ${file}`;
}

function checkNpm(args: readonly string[], folder: string): string | undefined {
  const [first = "", ...rest] = args;
  if (["install", "i", "add"].includes(first)) {
    const own = rest
      .map((name) => name.replace(/(.)@[\^~]?[\d.]+$/, "$1"))
      .filter((name) => /polyvol/.test(name));
    const strangers = own.filter((name) => !packageNames().has(name) && !name.endsWith(".tgz"));
    return strangers.length === 0 ? undefined : `no package ${strangers.join(", ")}`;
  }
  if (first === "init" || first === "pkg") return undefined;
  const name = first === "run" ? rest[0] : first;
  const scripts = scriptsOf(folder);
  return scripts === undefined || Object.hasOwn(scripts, name ?? "") ? undefined : `no script ${name}`;
}

/** The scripts of a folder of this repository; `undefined` for a folder that only the reader has. */
function scriptsOf(folder: string): Readonly<Record<string, string>> | undefined {
  const file = `${ROOT}${folder}/package.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).scripts ?? {}) : undefined;
}

function packageNames(): ReadonlyMap<string, string> {
  return new Map(workspacePackages().map(({ name, folder }) => [name, folder]));
}
