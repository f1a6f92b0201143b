import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe } from "vitest";
import type { BlockFile, BlockProject } from "./typescript-blocks.ts";

/** Blocks that are tests themselves. */
export function isTest({ name }: BlockFile): boolean {
  return name.includes(".test.");
}

const ALL = "all of them have run";

/**
 * Runs files of blocks as programs: one after the other in one process of Node, which has to end by itself.
 * @returns what failed, with what was printed
 */
export async function runPrograms({ folder, files }: BlockProject): Promise<readonly string[]> {
  const program = `for (const [place, file] of ${JSON.stringify(files.map((each) => [placeOf(each), `./${each.name}`]))}) {
  await import(file).catch((error) => {
    console.error(place, error);
    process.exitCode = 1;
  });
}
console.log(${JSON.stringify(ALL)});
`;
  const main = join(folder, "main.mjs");
  await writeFile(main, program);
  return await new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1" };
    const parameters = ["--conditions=@polyvol/source", main];
    execFile(process.execPath, parameters, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve(error === null && stdout.endsWith(`${ALL}\n`) ? [] : [`${stdout}${stderr}`]),
    );
  });
}

/** Makes the tests in files of blocks tests of the file that calls this at its top. */
export async function declareTests({ folder, files }: BlockProject): Promise<void> {
  for (const file of files) {
    await describe(placeOf(file), async () => {
      await import(pathToFileURL(join(folder, file.name)).href);
    });
  }
}

function placeOf({ chain: [first] }: BlockFile): string {
  return `${first?.page.path}:${first?.line}`;
}
