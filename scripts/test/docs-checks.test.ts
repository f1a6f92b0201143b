/** The checks of pages must refuse what they are there to refuse. */
import { expect, test } from "vitest";
import { checkDataBlock } from "../docs/configuration-blocks.ts";
import { checkLinks } from "../docs/links.ts";
import { type Parsed, parsePage } from "../docs/markdown.ts";
import { checkExcerpt, ordersOf } from "../docs/orders.ts";
import { runPrograms } from "../docs/run-blocks.ts";
import { checkInlineCommands, checkShellBlock } from "../docs/shell-blocks.ts";
import { shellCommands } from "../docs/shell-words.ts";
import { withSection } from "../docs/table.ts";
import { writeBlocks } from "../docs/typescript-blocks.ts";

const page = (text: string): Parsed => parsePage({ path: "docs/made-up.md", text });
const fence = (language: string, code: string, order = ""): Parsed =>
  page(`# Made up\n\n${order}\n\`\`\`${language}\n${code}\n\`\`\`\n`);

async function first<T>(parsed: Parsed, check: (block: Parsed["blocks"][number]) => T): Promise<Awaited<T>> {
  const [block] = parsed.blocks;
  if (block === undefined) throw new Error("no block");
  return await check(block);
}

test("failing programs are told", async () => {
  const programs = ['throw new Error("at run time");', "process.exit(0);", "console.log(1);"];
  const blocks = programs.flatMap((code) => fence("ts", code).blocks);
  const project = await writeBlocks("docs-checks", blocks);
  const runs = (from: number, to: number): Promise<readonly string[]> =>
    runPrograms({ ...project, files: project.files.slice(from, to) });
  expect(await runs(0, 1)).toEqual([expect.stringContaining("docs/made-up.md:5 Error: at run time")]);
  // One that ends the process leaves those after it unseen.
  expect(await runs(1, 3)).toHaveLength(1);
  expect(await runs(2, 3)).toEqual([]);
});

test.each([
  ["yaml", "clouds: { main: { provider: digitalocaen } }", /digitalocean/],
  ["yaml", "policies: { nightly: { select: {} } }", /policies\.nightly/],
  ["json", '[{ "kind": "cut-affter" }]', /kind/],
  ["json", '{ "droplets": [{ "id": "x" }] }', /droplets/],
  ["json", "{ nothing", /JSON/],
  ["yaml", "colour: red", /of no known kind/],
])("a wrong block of %s is refused: %s", async (language, code, reason) => {
  const problems = await first(fence(language, code), checkDataBlock);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(reason);
});

test.each([
  "pnpm tset",
  "pnpm --filter @polyvol/cor run build",
  "pnpm exec no-such-tool",
  "npm install @polyvol/cor",
  "npx -y pnpm@12 tset",
  "polyvol volums list",
  "polyvol volumes list --no-such-option",
  "polyvol backup restore --cloud main",
  "TOKEN=T npx polyvol clouds chek",
  "pnpm polyvol snapshots create --frm x",
  "pnpm emulator digitalocaen",
  "polyvol emulator digitalocean --prot 4010",
  "echo fine && pnpm tset",
  "node scripts/no-such-file.ts",
  "frobnicate --all",
])("a wrong command line is refused: %s", async (line) => {
  expect(await first(fence("sh", line), checkShellBlock)).toHaveLength(1);
});

test.each([
  "pnpm test # as always",
  "polyvol volumes list -o json | jq length",
  "npx polyvol emulator samsung-scp --port 4020 --access-key A \\\n  --secret-key S",
  'polyvol volumes create --cloud main "with space" --size 2TiB > out.txt',
  "npm install polyvol @polyvol/core zod",
])("a right command line passes: %s", async (line) => {
  expect(await first(fence("sh", line), checkShellBlock)).toEqual([]);
});

test("words of a line are split as a shell splits them", () => {
  expect(shellCommands('A=1 b \'c d\' "e \\" f" g\\ h # i\nj | k > l && m')).toEqual([
    ["b", "c d", 'e " f', "g h"],
    ["j"],
    ["k"],
    ["m"],
  ]);
});

test("commands within a line are looked at as far as they go", async () => {
  expect(await checkInlineCommands(page("`polyvol volumes list …`, `pnpm test`, `pnpm emulator`"))).toEqual(
    [],
  );
  expect(await checkInlineCommands(page("`polyvol volumes lsit`, `pnpm tset`"))).toHaveLength(2);
});

test("dead links are found", () => {
  const text =
    "# One\n\n[a](#one) [b](#two) [c](no-such.md) [d](errors.md) [e](http://x.y) [f](https://x.y) [g](../../x)";
  expect(checkLinks([page(text)])).toEqual([
    "docs/made-up.md:3: #two: no such heading on this page",
    "docs/made-up.md:3: no-such.md: no such file",
    "docs/made-up.md:3: http://x.y: not https",
    "docs/made-up.md:3: ../../x: outside of the repository",
  ]);
});

test("an excerpt has to stand where it says, and leaving a block out needs a reason", async () => {
  const source = "examples/custom-adapter";
  expect(
    await first(fence("ts", 'export * from "nowhere";'), (each) => checkExcerpt(each, source)),
  ).toHaveLength(1);
  await expect(first(fence("ts", "x", "<!-- not checked: -->"), ordersOf)).rejects.toThrow("needs a reason");
  expect(await first(fence("ts", "x", "<!-- not checked: it is no code -->"), ordersOf)).toMatchObject({
    notChecked: "it is no code",
  });
});

test("a section without its markers is an error, not a page without it", () => {
  expect(withSection("a\n<!-- s -->\nold\n<!-- /s -->\nb", "s", "new")).toBe(
    "a\n<!-- s -->\n\nnew\n\n<!-- /s -->\nb",
  );
  expect(() => withSection("a", "s", "new")).toThrow("no <!-- s -->");
});
