import { expect, test } from "vitest";
import { checkDataBlock, DATA } from "../docs/configuration-blocks.ts";
import { notInstalled } from "../docs/installs.ts";
import { checkLinks } from "../docs/links.ts";
import { type Block, parsePage } from "../docs/markdown.ts";
import { checkExcerpt, ordersOf, placeOf } from "../docs/orders.ts";
import { listPages, resolveFrom } from "../docs/pages.ts";
import { declareTests, isTest, runPrograms } from "../docs/run-blocks.ts";
import { checkInlineCommands, checkShellBlock } from "../docs/shell-blocks.ts";
import { compileBlocks, TYPESCRIPT, writeBlocks } from "../docs/typescript-blocks.ts";

/** Blocks of what programs print, and of other things that are not for a machine. */
const TEXT: ReadonlySet<string> = new Set(["", "text", "console", "diff"]);
const SHELL: ReadonlySet<string> = new Set(["sh", "bash"]);

const pages = listPages().map(parsePage);
const blocks = pages.flatMap((page) => page.blocks);
const checked = blocks.filter((block) => ordersOf(block).notChecked === undefined);
const own = checked.filter((block) => ordersOf(block).excerptOf === undefined);

async function problemsOf(
  which: readonly Block[],
  check: (block: Block) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const block of which) problems.push(...(await check(block)));
  return problems;
}

test("every block is in a language that is checked, or is text", () => {
  const known = (language: string): boolean =>
    TEXT.has(language) || SHELL.has(language) || DATA.has(language) || TYPESCRIPT.has(language);
  const strangers = checked.filter(({ language }) => !known(language));
  expect(strangers.map((block) => `${placeOf(block)}: ${block.language}`)).toEqual([]);
});

const code = own.filter(({ language }) => TYPESCRIPT.has(language));
/** Shows, in the same run of the compiler, that it refuses what is wrong, and where that is said to be. */
const { blocks: wrong } = parsePage({
  path: "docs/made-up.md",
  text: `# Made up

\`\`\`ts
import { createMemoryStorage } from "@polyvol/memory";
createMemoryStorage().disks;
\`\`\`

<!-- given: declare const once: number; -->
\`\`\`ts
export const twice = 2 * once;
\`\`\`
`,
});
const project = await writeBlocks("docs-blocks", [...code, ...wrong]);
const run = project.files.filter(({ chain }) => chain.some((block) => ordersOf(block).runs));
const [tests, programs] = [run.filter(isTest), run.filter((file) => !isTest(file))];

test("TypeScript compiles, and wrong code is refused at the line of the page", async () => {
  expect(code.length).toBeGreaterThan(20);
  expect(await compileBlocks(project)).toEqual([
    expect.stringMatching(/^docs\/made-up\.md:5: error TS2339: Property 'disks' does not exist/),
  ]);
});

test("what is said to run does", async () => {
  expect(programs.length).toBeGreaterThan(1);
  expect(tests.length).toBeGreaterThan(2);
  expect(await runPrograms({ ...project, files: programs })).toEqual([]);
});

await declareTests({ ...project, files: tests });

test("excerpts stand word for word where they say", () => {
  const excerpts = checked.flatMap((block) => {
    const { excerptOf } = ordersOf(block);
    // Command lines of the same page are checked as such.
    return excerptOf === undefined || SHELL.has(block.language) || TEXT.has(block.language)
      ? []
      : checkExcerpt(block, excerptOf);
  });
  expect(excerpts).toEqual([]);
});

test("configurations, faults and seeds are taken by the code that reads them", async () => {
  const data = own.filter(({ language }) => DATA.has(language));
  expect(data.length).toBeGreaterThan(5);
  expect(await problemsOf(data, checkDataBlock)).toEqual([]);
});

test("command lines name scripts, commands and options that exist", async () => {
  const lines = checked.filter(({ language }) => SHELL.has(language));
  expect(lines.length).toBeGreaterThan(5);
  expect(await problemsOf(lines, checkShellBlock)).toEqual([]);
  const inline = await Promise.all(pages.map(checkInlineCommands));
  expect(inline.flat()).toEqual([]);
});

test("what a page has installed is all that its programs import", () => {
  expect(pages.flatMap(notInstalled)).toEqual([]);
});

test("no link is dead", () => {
  expect(checkLinks(pages)).toEqual([]);
});

test("every page of docs/ can be reached from its index", () => {
  const linked = (from: string): readonly string[] =>
    pages
      .filter(({ page }) => page.path === from)
      .flatMap(({ page, links }) => links.map(({ target }) => resolveFrom(page, target.split("#")[0] ?? "")))
      .filter((path) => path !== undefined);
  const reached = new Set([
    ...linked("docs/README.md"),
    ...linked("docs/decisions/README.md"),
    "docs/README.md",
  ]);
  const lost = pages
    .map(({ page }) => page.path)
    .filter((path) => path.startsWith("docs/") && !reached.has(path));
  expect(lost).toEqual([]);
});
