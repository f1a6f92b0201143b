import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import type { Packed } from "../pack.ts";
import { forEachInParallel, run } from "../processes.ts";
import { installRunners } from "./install.ts";

const program = fileURLToPath(new URL("programs/emulated.ts", import.meta.url));

/** A test runner as people have it who configured nothing but what it cannot do without. */
interface Runner {
  readonly name: string;
  /** The `type` of its package.json. */
  readonly type: "commonjs" | "module";
  readonly files: Readonly<Record<string, string>>;
  /** As what the shared program stands beside the test. */
  readonly program: "emulated.js" | "emulated.ts";
  /** What Node runs, from the folder where the runners are installed. */
  readonly command: readonly string[];
}

const NAME = "volumes and snapshots by the fetch of emulators";
const jest = "node_modules/jest/bin/jest.js";

const RUNNERS: readonly Runner[] = [
  {
    name: "jest, CommonJS, nothing configured",
    type: "commonjs",
    program: "emulated.js",
    files: { "some.test.js": `const { emulated } = require("./emulated");\ntest("${NAME}", emulated);\n` },
    command: [jest],
  },
  {
    name: "ts-jest",
    type: "commonjs",
    program: "emulated.ts",
    files: {
      "some.test.ts": `import { test } from "@jest/globals";\nimport { emulated } from "./emulated";\ntest("${NAME}", emulated);\n`,
      "jest.config.js": 'module.exports = { preset: "ts-jest" };\n',
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "es2023",
          types: ["node"],
          strict: true,
          ...{ module: "node20", esModuleInterop: true, isolatedModules: true },
        },
      }),
    },
    command: [jest],
  },
  {
    name: "vitest",
    type: "module",
    program: "emulated.ts",
    files: {
      "some.test.ts": `import { test } from "vitest";\nimport { emulated } from "./emulated.ts";\ntest("${NAME}", emulated);\n`,
    },
    command: ["node_modules/vitest/vitest.mjs", "run"],
  },
  {
    name: "node:test",
    type: "module",
    program: "emulated.ts",
    files: {
      "some.test.ts": `import { test } from "node:test";\nimport { emulated } from "./emulated.ts";\ntest("${NAME}", emulated);\n`,
    },
    command: ["--test"],
  },
];

/** Runs the same test by every runner, on the packages as packed. @throws Error with what the first says that fails */
export async function checkRunners(packed: readonly Packed[], work: string): Promise<number> {
  const home = await installRunners(work, packed);
  await forEachInParallel(RUNNERS, async (runner) => {
    const cwd = await layOut(runner, home);
    const [file = "", ...parameters] = runner.command;
    const purpose = `${runner.name}: the test fails`;
    const target = file.startsWith("-") ? file : join(home, file);
    await run({ command: process.execPath, parameters: [target, ...parameters], cwd, purpose });
  });
  return RUNNERS.length;
}

async function layOut(runner: Runner, home: string): Promise<string> {
  const folder = join(home, runner.name.replace(/\W+/g, "-"));
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: runner.type }));
  for (const [name, text] of Object.entries(runner.files)) await writeFile(join(folder, name), text);
  const beside = join(folder, runner.program);
  if (runner.program === "emulated.ts") await copyFile(program, beside);
  else await writeFile(beside, await asCommonJs());
  return folder;
}

async function asCommonJs(): Promise<string> {
  return (await transform(await readFile(program, "utf8"), { loader: "ts", format: "cjs" })).code;
}
