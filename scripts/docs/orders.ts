import { readdirSync, readFileSync, statSync } from "node:fs";
import type { Block } from "./markdown.ts";
import { exists, ROOT } from "./pages.ts";

/**
 * What an HTML comment before a block of code can say:
 *
 * - `not checked: REASON`: the block is left alone;
 * - `excerpt of PATH`: it stands word for word in that file, or in a file of that folder, which is checked elsewhere;
 * - `given: CODE`: what the reader is taken to have, compiled together with it;
 * - `continues`: it goes on where the TypeScript block before it ends;
 * - `in FOLDER`: its command lines are typed in that folder;
 * - `runs`: it is a whole program, or tests for vitest, and is run, too, with the sources of the packages.
 *
 * `page: ` before an order makes it hold for all blocks of the page.
 */
export interface Orders {
  readonly notChecked?: string;
  readonly excerptOf?: string;
  readonly given?: string;
  readonly continues: boolean;
  readonly folder?: string;
  readonly runs: boolean;
}

/** @throws Error for "not checked" without a reason */
export function ordersOf(block: Block): Orders {
  const found: { -readonly [Key in keyof Orders]: Orders[Key] } = { continues: false, runs: false };
  for (const order of block.orders) {
    const [, word, rest = ""] =
      /^(not checked|excerpt of|given|continues|runs|in)\b:?\s*([\s\S]*)$/.exec(order) ?? [];
    if (word === "not checked") found.notChecked = rest;
    if (word === "excerpt of") found.excerptOf = rest;
    if (word === "given") found.given = rest;
    if (word === "continues") found.continues = true;
    if (word === "runs") found.runs = true;
    if (word === "in") found.folder = rest;
  }
  if (found.notChecked === "") throw new Error(`${placeOf(block)}: "not checked" needs a reason`);
  return found;
}

/** `docs/errors.md:12`. */
export function placeOf(block: Block): string {
  return `${block.page.path}:${block.line}`;
}

/** What is wrong with a block that is said to stand elsewhere. */
export function checkExcerpt(block: Block, source: string): readonly string[] {
  if (!exists(source)) return [`${placeOf(block)}: excerpt of ${source}, which does not exist`];
  const code = flat(block.code);
  return textsOf(source).some((text) => text.includes(code))
    ? []
    : [`${placeOf(block)}: does not stand word for word in ${source}`];
}

/** Lines without their indentation, so that an excerpt of a nested part can be compared. */
function flat(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
}

/** What was read, flat; many excerpts are of one folder. */
const read = new Map<string, readonly string[]>();

function textsOf(source: string): readonly string[] {
  const texts = read.get(source) ?? readTexts(source).map(flat);
  read.set(source, texts);
  return texts;
}

function readTexts(source: string): readonly string[] {
  if (statSync(ROOT + source).isFile()) return [readFileSync(ROOT + source, "utf8")];
  return readdirSync(ROOT + source, { withFileTypes: true, recursive: true })
    .filter((each) => each.isFile() && !each.parentPath.includes("node_modules"))
    .map((each) => readFileSync(`${each.parentPath}/${each.name}`, "utf8"));
}
