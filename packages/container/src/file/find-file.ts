import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkFile, type FileBounds, UnfitFile } from "@polyvol/core/driver";
import { lilconfig } from "lilconfig";
import { ConfigError } from "../config-error.ts";
import { CODE_ENDINGS } from "./import-code.ts";

/** Names of the configuration files that are looked for in a folder, in this order. */
export const CONFIG_FILE_NAMES: readonly string[] = [
  "polyvol.config.yaml",
  "polyvol.config.yml",
  "polyvol.config.json",
];

/** What a configuration may be as a file. */
export const CONFIG_FILE: FileBounds = { mostBytes: 4 * 1024 * 1024, orPipe: true };

/** The error for a path that names no file which could be a configuration. */
export function unfit(file: string, cause: UnfitFile): ConfigError {
  return new ConfigError(file, [{ path: "", found: cause.found, allowed: cause.allowed }], { cause });
}

const asText = (_file: string, content: string): string => content;

/**
 * The configuration file of a folder, with its text. Folders above are not searched: a command must not act on
 * clouds that its working directory says nothing about.
 * @throws ConfigError when there is none
 */
export async function findFile(folder: string): Promise<{ readonly file: string; readonly text: string }> {
  await refuseUnfit(folder);
  const finder = lilconfig("polyvol", {
    searchPlaces: [...CONFIG_FILE_NAMES],
    loaders: { ".yaml": asText, ".yml": asText, ".json": asText },
    stopDir: folder,
    ignoreEmptySearchPlaces: false,
    cache: false,
  });
  const found = await finder.search(folder);
  if (found !== null) return { file: found.filepath, text: String(found.config ?? "") };
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

/** Looks at the first one that is there, before it is read: a pipe of that name has no end. */
async function refuseUnfit(folder: string): Promise<void> {
  for (const name of CONFIG_FILE_NAMES) {
    const file = join(folder, name);
    try {
      await checkFile(file, CONFIG_FILE);
      return;
    } catch (cause) {
      if (cause instanceof UnfitFile) throw unfit(file, cause);
    }
  }
}
