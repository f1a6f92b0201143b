import { AmbiguousJson, parseJsonText } from "@polyvol/core/driver";
import { ConfigError } from "../config-error.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { ParsedText } from "./source.ts";

/**
 * Reads JSON. Positions come from reading it as YAML, of which JSON is a part.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export function parseJson(file: string, content: string): ParsedText {
  const text = content.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    if (error instanceof AmbiguousJson) {
      const { found, line, column } = error;
      const position = { line, column };
      throw new ConfigError(file, [{ path: "", position, found, allowed: "JSON, each key once" }]);
    }
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    const position = line === undefined ? {} : { position: { line: Number(line), column: Number(column) } };
    const found = text.trim() === "" ? "an empty file" : "text that is not JSON";
    throw new ConfigError(file, [{ path: "", ...position, found, allowed: "JSON" }]);
  }
  return { value, locate: locator(file, text) };
}

function locator(file: string, text: string): ParsedText["locate"] {
  try {
    return parseYaml(file, text).locate;
  } catch {
    return () => undefined;
  }
}
