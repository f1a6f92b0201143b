import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";
import type { Packed } from "../pack.ts";
import { forEachInParallel, run } from "../processes.ts";

/** READMEs whose first example is not a program that ends by itself, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "@polyvol/conformance": "its example is a test file; the packages' own tests run the kit",
  "@polyvol/config":
    "its example connects to accounts; the consumer projects connect clouds by configuration",
  "@polyvol/fleet": "its example needs a Redis; the package's own tests run fleets on one",
  polyvol: "its examples are command lines",
};

/** Runs the first example of each packed README as it stands. Returns how many ran. */
export async function runReadmeExamples(packed: readonly Packed[], home: string): Promise<number> {
  const runnable = packed.filter(({ manifest }) => NOT_RUN[manifest.name] === undefined);
  await forEachInParallel(runnable, async ({ folder, manifest, unpacked }) => {
    const file = join(home, `readme-${folder}.mts`);
    await writeFile(file, firstExample(await readFile(join(unpacked, "README.md"), "utf8")));
    const purpose = `${manifest.name}: the first example of README.md fails`;
    await run({ command: process.execPath, parameters: [file], cwd: home, purpose });
  });
  return runnable.length;
}

function firstExample(markdown: string): string {
  const examples: string[] = [];
  visit(fromMarkdown(markdown), "code", (code) => {
    if (code.lang === "ts") examples.push(code.value);
  });
  const [first] = examples;
  if (first === undefined) throw new Error("README.md has no example in TypeScript");
  return first;
}
