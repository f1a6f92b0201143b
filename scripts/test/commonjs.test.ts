/** What a CommonJS build loads has to be CommonJS: test runners with a `require` of their own take nothing else (decision 0004). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** What only the command line of a package loads, which is no library and runs on Node alone. */
const OF_COMMAND_LINES: Readonly<Record<string, readonly string[]>> = { emulators: ["commander"] };

interface Built {
  readonly noExternal?: readonly (string | RegExp)[];
}

test.each(readdirSync(packages))("%s holds the dependencies that are ES modules only", async (name) => {
  const folder = join(packages, name);
  const { dependencies = {} } = readJson(join(folder, "package.json"));
  const { default: config } = (await import(join(folder, "tsup.config.ts"))) as { readonly default: Built };
  const missing = Object.keys(dependencies).filter((each) => {
    const isHeld = (config.noExternal ?? []).some((held) =>
      typeof held === "string" ? held === each : held.test(each),
    );
    if (each.startsWith("@polyvol/") || OF_COMMAND_LINES[name]?.includes(each)) return false;
    return !isHeld && !isCommonJs(join(folder, "package.json"), each);
  });
  expect(missing, "to be among `bundled` of tsup.config.ts").toEqual([]);
});

/** Whether `require` of a package from there loads CommonJS. */
function isCommonJs(from: string, name: string): boolean {
  let file: string;
  try {
    file = createRequire(from).resolve(name);
  } catch {
    return false;
  }
  if (extname(file) !== ".js") return extname(file) === ".cjs";
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return readJson(join(folder, "package.json")).type !== "module";
}

function readJson(file: string): {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
} {
  return JSON.parse(readFileSync(file, "utf8"));
}
