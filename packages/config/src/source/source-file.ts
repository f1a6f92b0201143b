import { extname, resolve } from "node:path";
import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import type { ConfigPath, ConfigSource, ParsedText } from "../config.ts";
import { fileText } from "../config-error.ts";
import { parseJson, parseYaml } from "../parse-text.ts";
import { MOST_BYTES, refusal } from "./refusal.ts";

const PATH: ConfigPath = ["clouds", "from", "file"];

/**
 * Reads the file of a source.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export async function readSourceFile(
  source: ConfigSource,
  path: string,
): Promise<ParsedText & { readonly words: string }> {
  const file = resolve(source.directory, path);
  const words = fileText(file);
  let text: string;
  try {
    text = await readTextFile(file, { mostBytes: MOST_BYTES });
  } catch (cause) {
    if (cause instanceof UnfitFile)
      throw refusal(source, PATH, `${words}, ${cause.found}`, cause.allowed, cause);
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const found = code === "ENOENT" ? "which does not exist" : `which cannot be read (${code})`;
    throw refusal(source, PATH, `${words}, ${found}`, "a readable file with clouds", cause);
  }
  // What is wrong with the text is told by its place in that file.
  return { ...(extname(file) === ".json" ? parseJson(file, text) : parseYaml(file, text)), words };
}
