import { dirname, extname, isAbsolute, resolve } from "node:path";
import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import { ConfigError } from "../config-error.ts";
import { CONFIG_FILE, findFile, unfit } from "./find-file.ts";
import { CODE_ENDINGS, importCode } from "./import-code.ts";
import { parseJson } from "./parse-json.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { ConfigSource, ParsedText } from "./source.ts";

/**
 * Reads the file that is named, else the one found in `cwd`, which is `undefined` where it was removed.
 * @throws ConfigError
 */
export async function readSource(path: string | undefined, cwd: string | undefined): Promise<ConfigSource> {
  if (path === undefined) {
    const { file, text } = await findFile(existing(cwd));
    return { ...parse(file, text), file, directory: dirname(file), explicit: false };
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
    if (cause instanceof UnfitFile) throw unfit(file, cause);
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const found = code === "ENOENT" ? "no such file" : `a file that cannot be read (${code})`;
    throw new ConfigError(file, [{ path: "", found, allowed: "a readable file" }], { cause });
  }
}
