import { existsSync } from "node:fs";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { type FileBounds, readTextFile, UnfitFile } from "@polyvol/core/driver";
import type { ConfigSource, ParsedText } from "./config.ts";
import { ConfigError, firstLineOf } from "./config-error.ts";
import { loadModule } from "./package-provider.ts";
import { parseJson, parseYaml } from "./parse-text.ts";
import { kindOf } from "./problems.ts";

/** Names of the configuration files that are looked for in a folder, in this order. */
export const CONFIG_FILE_NAMES: readonly string[] = [
  "polyvol.config.yaml",
  "polyvol.config.yml",
  "polyvol.config.json",
];

/** What a configuration may be as a file. */
const CONFIG_FILE: FileBounds = { mostBytes: 4 * 1024 * 1024, orPipe: true };

/** Endings of files that are run rather than read. */
const CODE_ENDINGS: readonly string[] = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/**
 * Reads the file that is named, else the one found in `cwd`, which is `undefined` where it was removed.
 * @throws ConfigError
 */
export async function readSource(path: string | undefined, cwd: string | undefined): Promise<ConfigSource> {
  if (path === undefined) {
    const file = findFile(existing(cwd));
    return { ...parse(file, await read(file)), file, directory: dirname(file), explicit: false };
  }
  const file = isAbsolute(path) ? resolve(path) : resolve(existing(cwd), path);
  const own = { file, directory: dirname(file), explicit: true };
  if (!CODE_ENDINGS.includes(extname(file))) return { ...parse(file, await read(file)), ...own };
  await read(file);
  return { ...own, value: await importCode(file), locate: () => undefined };
}

function existing(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  const allowed = "the whole path of the file (--config), or a working directory that is there";
  throw new ConfigError(undefined, [{ path: "", found: "a working directory that was removed", allowed }]);
}

function parse(file: string, text: string): ParsedText {
  const ending = extname(file);
  if (ending === ".json") return parseJson(file, text);
  if (ending === ".yaml" || ending === ".yml") return parseYaml(file, text);
  const allowed = [".yaml", ".yml", ".json", ...CODE_ENDINGS].join(", ");
  throw new ConfigError(file, [{ path: "", found: `a file ending in "${ending}"`, allowed }]);
}

async function read(file: string): Promise<string> {
  try {
    return await readTextFile(file, CONFIG_FILE);
  } catch (cause) {
    if (cause instanceof UnfitFile) {
      const { found, allowed } = cause;
      throw new ConfigError(file, [{ path: "", found, allowed }], { cause });
    }
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const found = code === "ENOENT" ? "no such file" : `a file that cannot be read (${code})`;
    throw new ConfigError(file, [{ path: "", found, allowed: "a readable file" }], { cause });
  }
}

/**
 * The configuration file of a folder. Folders above are not searched: a command must not act on
 * clouds that its working directory says nothing about.
 * @throws ConfigError when there is none
 */
function findFile(folder: string): string {
  const name = CONFIG_FILE_NAMES.find((each) => existsSync(join(folder, each)));
  if (name !== undefined) return join(folder, name);
  const code = CODE_ENDINGS.map((ending) => `polyvol.config${ending}`).find((name) =>
    existsSync(join(folder, name)),
  );
  throw new ConfigError(undefined, [
    {
      path: "",
      found:
        code === undefined ? `none in ${folder}` : `${code} only, which is code and is run only when named`,
      allowed: CONFIG_FILE_NAMES.join(", "),
      hint: `Name another file with --config (in code: loadConfig({ path }))${
        code === undefined ? ", or write one with: polyvol config init" : ""
      }`,
    },
  ]);
}

/**
 * Runs a file and gives its default export, or what a promise there gives.
 * @throws ConfigError when it cannot be run or has none
 */
async function importCode(file: string): Promise<unknown> {
  const allowed = "a module whose default export is the configuration";
  let value: unknown;
  try {
    const loaded = loadModule(file);
    value = await ("default" in loaded ? loaded["default"] : loaded);
  } catch (cause) {
    const found = `code that fails: ${firstLineOf(cause)}`;
    throw new ConfigError(file, [{ path: "", found, allowed }], { cause });
  }
  if (typeof value === "object" && value !== null) return value;
  throw new ConfigError(file, [{ path: "", found: `${kindOf(value)} as its default export`, allowed }]);
}
