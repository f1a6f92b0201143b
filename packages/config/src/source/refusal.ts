import { omitUndefined } from "@polyvol/core/driver";
import type { ConfigPath, ConfigSource, ParsedText } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import { parseJson } from "../parse-text.ts";
import { refusedAt } from "../problems.ts";

/** How long a command or a request may take when the configuration does not say. */
export const USUAL_TIMEOUT_MS = 60_000;

/** The clouds of ten thousand accounts have some three MiB. */
export const MOST_BYTES: number = 16 * 1024 * 1024;

/** The same in words. */
export const MOST_WORDS: string = `${MOST_BYTES / 1024 / 1024} MiB`;

/** What no source gives, and what follows from it. */
const NOT_NONE = "Nothing was done: a source that fails does not mean that there are no clouds";

/**
 * A source that cannot be used: nothing is known of the clouds, which is not the same as none. What a file says stays so;
 * anything else may be asked again.
 */
export function refusal(
  source: ConfigSource,
  path: ConfigPath,
  found: string,
  allowed: string,
  cause?: unknown,
): ConfigError {
  const retryable = path.at(-1) !== "file";
  return refusedAt(source, path, { found, allowed, hint: NOT_NONE }, omitUndefined({ retryable, cause }));
}

/**
 * What a source has answered, as JSON.
 * @throws what `refuse` makes of it where it is none; `found` repeats nothing of the text
 */
export function parseAnswer(
  words: string,
  bytes: Uint8Array,
  refuse: (found: string, cause: unknown) => ConfigError,
): ParsedText {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse("bytes that are not UTF-8", cause);
  }
  try {
    return parseJson(words, text);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw refuse(cause.problems[0]?.found ?? "no JSON", cause);
  }
}
