/**
 * Breaks lines of core by chance, one at a time, and says of each whether the tests notice. Not part of CI: a line that
 * nothing notices is a question, not a failure.
 *
 *     pnpm test:mutation [--count 10] [--seed 1] [--against COMMIT] [-- folders of tests, such as packages/core]
 *
 * One seed gives the same lines each time. With `--against` only lines are taken that stand in that commit, too, and its
 * tests judge them as well. Works on copies (`git worktree`) of what is committed; this folder stays as it is.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "..");

interface Mutation {
  readonly file: string;
  readonly line: number;
  /** The whole line as it is. */
  readonly text: string;
  /** Where on the line `from` stands. */
  readonly column: number;
  readonly from: string;
  readonly to: string;
}

/** What decides: all of core but the entries, which only export, and types. */
const CENTRAL = /^packages\/core\/src\/(?!index|driver|http\/index|http\/types)[^.]+\.ts$/;
const DEFAULT_TESTS = ["packages/core", "packages/memory", "packages/digitalocean", "packages/samsung-scp"];

const SWAPS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, ">="],
  [ts.SyntaxKind.LessThanEqualsToken, ">"],
  [ts.SyntaxKind.GreaterThanToken, "<="],
  [ts.SyntaxKind.GreaterThanEqualsToken, "<"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
]);

interface Copy {
  readonly commit: string;
  readonly folder: string;
  /** A run of the tests that takes longer hangs, in milliseconds. */
  readonly longestMs: number;
}

const { values, positionals } = parseArgs({
  options: {
    count: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    against: { type: "string" },
  },
  allowPositionals: true,
});
const folders = positionals.length > 0 ? positionals : DEFAULT_TESTS;
const commits = ["HEAD", ...(values.against === undefined ? [] : [values.against])];
const mutations = choose(Number(values.count), Number(values.seed));
const base = mkdtempSync(join(tmpdir(), "polyvol-mutation-"));
const copies: Copy[] = [];
try {
  for (const commit of commits) copies.push(makeCopy(commit));
  const noticed = copies.map(() => 0);
  for (const mutation of mutations) {
    const verdicts = copies.map((copy, index) => {
      const isNoticed = !isGreenWith(mutation, copy);
      if (isNoticed) noticed[index] = (noticed[index] ?? 0) + 1;
      return `${copy.commit} ${isNoticed ? "notices" : "DOES NOT NOTICE"}`;
    });
    const { file, line, from, to } = mutation;
    process.stdout.write(`${file}:${line}: \`${from}\` → \`${to}\`: ${verdicts.join(", ")}\n`);
  }
  copies.forEach(({ commit }, index) => {
    process.stdout.write(`${commit}: ${noticed[index]} of ${mutations.length} noticed\n`);
  });
} finally {
  for (const { folder } of copies) git("worktree", "remove", "--force", folder);
  rmSync(base, { recursive: true, force: true });
}

function makeCopy(commit: string): Copy {
  const folder = join(base, commit);
  git("worktree", "add", "--quiet", "--detach", "--force", folder, commit);
  const install = ["-y", "pnpm@12", "install", "--frozen-lockfile", "--prefer-offline"];
  if (spawnSync("npx", install, { cwd: folder, stdio: "ignore" }).status !== 0) throw new Error("no install");
  const startedAt = performance.now();
  if (!isGreen(folder)) throw new Error(`${commit}: the tests are not green before anything is broken`);
  return { commit, folder, longestMs: 60_000 + Math.ceil(5 * (performance.now() - startedAt)) };
}

function isGreenWith({ file, text, column, from, to }: Mutation, { folder, longestMs }: Copy): boolean {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  const start = `\n${source}`.indexOf(`\n${text}\n`) + column;
  writeFileSync(path, source.slice(0, start) + to + source.slice(start + from.length));
  const green = isGreen(folder, longestMs);
  writeFileSync(path, source);
  return green;
}

function isGreen(folder: string, longestMs?: number): boolean {
  const args = ["node_modules/vitest/vitest.mjs", "run", "--bail=1", ...folders];
  const options = { cwd: folder, stdio: "ignore", timeout: longestMs, killSignal: "SIGKILL" } as const;
  return spawnSync(process.execPath, args, options).status === 0;
}

function choose(count: number, seed: number): readonly Mutation[] {
  const files = git("ls-tree", "-r", "--name-only", "HEAD", "packages/core/src").trim().split("\n");
  const all = files.filter((file) => CENTRAL.test(file)).flatMap(mutationsOf);
  const random = randomFrom(seed);
  const chosen: Mutation[] = [];
  while (chosen.length < count && all.length > 0) {
    const [one] = all.splice(Math.floor(random() * all.length), 1);
    if (one !== undefined && commits.every((commit) => standsOnceIn(commit, one))) chosen.push(one);
  }
  return chosen;
}

function standsOnceIn(commit: string, { file, text }: Mutation): boolean {
  const shown = spawnSync("git", ["show", `${commit}:${file}`], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return shown.status === 0 && shown.stdout.split("\n").filter((line) => line === text).length === 1;
}

/** Everything in a file that can be turned round or left out. */
function mutationsOf(file: string): readonly Mutation[] {
  const text = git("show", `HEAD:${file}`);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const add = (node: ts.Node, to: string): void => {
    const start = node.getStart(source);
    const from = node.getText(source);
    const { line, character: column } = source.getLineAndCharacterOfPosition(start);
    const whole = text.split("\n")[line] ?? "";
    if (!from.includes("\n")) found.push({ file, line: line + 1, text: whole, column, from, to });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const swapped = SWAPS.get(node.operatorToken.kind);
      if (swapped !== undefined) add(node.operatorToken, swapped);
    }
    if (node.kind === ts.SyntaxKind.TrueKeyword && !ts.isLiteralTypeNode(node.parent)) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword && !ts.isLiteralTypeNode(node.parent)) add(node, "true");
    if (ts.isExpressionStatement(node)) add(node, ";");
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** Numbers from 0 to 1, the same for one seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function git(...args: readonly string[]): string {
  return execFileSync("git", [...args], { encoding: "utf8", cwd: ROOT, maxBuffer: 1 << 26 });
}
