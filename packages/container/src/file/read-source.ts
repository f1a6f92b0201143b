import { dirname, extname, resolve } from "node:path";
import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import { ConfigError } from "../config-error.ts";
import { CONFIG_FILE, findFile, unfit } from "./find-file.ts";
import { CODE_ENDINGS, importCode } from "./import-code.ts";
import { parseJson } from "./parse-json.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { ConfigSource, ParsedText } from "./source.ts";

/**
 * Reads the file that is named, else the one found in `cwd`.
 * @throws ConfigError
 */
export async function readSource(path: string | undefined, cwd: string): Promise<ConfigSource> {
  if (path === undefined) {
    const { file, text } = await findFile(cwd);
    return { ...parse(file, text), file, directory: dirname(file), explicit: false };
  }
  const file = resolve(cwd, path);
  const own = { file, directory: dirname(file), explicit: true };
  if (!CODE_ENDINGS.includes(extname(file))) return { ...parse(file, await read(file)), ...own };
  await read(file);
  return { ...own, value: await importCode(file), locate: () => undefined };
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
