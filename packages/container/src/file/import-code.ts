import { ConfigError } from "../config-error.ts";
import { kindOf } from "../show.ts";
import { loadModule } from "./load-module.ts";

/** Endings of files that are run rather than read. */
export const CODE_ENDINGS: readonly string[] = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/**
 * Runs a file and gives its default export, or what a promise there gives.
 * @throws ConfigError when it cannot be run or has none
 */
export async function importCode(file: string): Promise<unknown> {
  const allowed = "a module whose default export is the configuration";
  let value: unknown;
  try {
    const loaded = loadModule(file);
    value = await ("default" in loaded ? loaded["default"] : loaded);
  } catch (cause) {
    const [reason = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new ConfigError(file, [{ path: "", found: `code that fails: ${reason}`, allowed }], { cause });
  }
  if (typeof value === "object" && value !== null) return value;
  throw new ConfigError(file, [{ path: "", found: `${kindOf(value)} as its default export`, allowed }]);
}
