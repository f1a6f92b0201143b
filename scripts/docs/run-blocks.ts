import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { BlockFile, BlockProject } from "./typescript-blocks.ts";

const CONDITION = "@polyvol/source";

/** Runs files of blocks: tests with vitest, all else as programs. @returns what failed, with what it printed */
export async function runBlocks({ folder, files }: BlockProject): Promise<readonly string[]> {
  const isTest = ({ name }: BlockFile): boolean => name.includes(".test.");
  const problems: string[] = [];
  for (const file of files.filter((each) => !isTest(each))) {
    problems.push(...(await run(folder, [`--conditions=${CONDITION}`, file.name], placesOf([file]))));
  }
  const tests = files.filter(isTest);
  if (tests.length > 0) {
    const config = { ssr: { resolve: { conditions: [CONDITION] } } };
    await writeFile(join(folder, "vitest.config.js"), `export default ${JSON.stringify(config)};\n`);
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    problems.push(...(await run(folder, [vitest, "run", ...tests.map(({ name }) => name)], placesOf(tests))));
  }
  return problems;
}

function placesOf(files: readonly BlockFile[]): string {
  return files.map(({ chain: [first] }) => `${first?.page.path}:${first?.line}`).join(", ");
}

function run(folder: string, parameters: readonly string[], places: string): Promise<readonly string[]> {
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, [...parameters], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve(error === null ? [] : [`${places}\n${stdout}${stderr}`]),
    );
  });
}
