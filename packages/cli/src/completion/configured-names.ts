import { readFile, stat } from "node:fs/promises";
import type { ConfiguredNames } from "./candidates.ts";

/** Names that no shell takes apart. */
const PLAIN = /^[\w.-]+$/;

/**
 * The names that stand in a configuration file. It is read for them and not checked, so that they come quickly and
 * also from a file that is not finished. A file that is code is not run.
 */
export const namesInFile: ConfiguredNames = {
  clouds: (file) => keysOf(file, "clouds"),
  policies: (file) => keysOf(file, "policies"),
};

async function keysOf(file: string | undefined, part: string): Promise<readonly string[]> {
  const text = await firstText(
    file === undefined
      ? (await import("@polyvol/config")).CONFIG_FILE_NAMES
      : [file].filter((name) => /\.(ya?ml|json)$/.test(name)),
  );
  if (text === undefined) return [];
  const { parse } = await import("yaml");
  try {
    const content = parse(text, { logLevel: "silent", merge: true }) as Readonly<
      Record<string, unknown>
    > | null;
    const names = content?.[part];
    if (typeof names !== "object" || names === null) return [];
    return Object.keys(names).filter((name) => PLAIN.test(name));
  } catch {
    return [];
  }
}

async function firstText(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      if ((await stat(file)).isFile()) return await readFile(file, "utf8");
    } catch {
      // The next one, or none.
    }
  }
  return undefined;
}
