import { resolveSecret } from "@polyvol/core/driver";
import { isLoopback } from "@polyvol/core/http";
import type { CloudSource, ConfigPath, ConfigSource, ParsedText, SecretReference } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import { type Environment, resolveReference } from "../credentials.ts";
import { refusedAt } from "../problems.ts";
import { MOST_BYTES, MOST_WORDS, parseAnswer, refusal, USUAL_TIMEOUT_MS } from "./refusal.ts";

const PATH: ConfigPath = ["clouds", "from", "url"];
const ALLOWED = `an address that answers with status 200 and the clouds as JSON, at most ${MOST_WORDS}`;

/**
 * Asks the address of a source once. Redirections are not followed: the headers are for this address alone. Of the
 * answer nothing is repeated but what is wrong with it.
 * @throws ConfigError; the reason of the abort
 */
export async function fetchClouds(
  source: ConfigSource,
  from: CloudSource & { readonly url: string },
  options: { readonly environment?: Environment | undefined; readonly abortSignal?: AbortSignal | undefined },
): Promise<ParsedText & { readonly words: string }> {
  const { timeoutMs = USUAL_TIMEOUT_MS } = from;
  const { abortSignal } = options;
  const url = checkUrl(source, from.url);
  const headers = await headersOf(source, from, options.environment ?? process.env);
  // What stands behind the path can be a secret.
  const words = `${url.origin}${url.pathname}`;
  const refuse = (found: string, cause?: unknown): ConfigError =>
    refusal(source, PATH, `${words}, ${found}`, ALLOWED, cause);
  const late = AbortSignal.timeout(timeoutMs);
  const signal = abortSignal === undefined ? late : AbortSignal.any([late, abortSignal]);
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json", ...headers },
      redirect: "manual",
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const redirected = response.status >= 300 && response.status < 400;
      throw refuse(
        `which answers ${response.status}${redirected ? ", which is not followed elsewhere" : ""}`,
      );
    }
    const bytes = await boundedBytes(response, () => refuse(`which answers with more than ${MOST_WORDS}`));
    return {
      ...parseAnswer(words, bytes, (found, cause) => refuse(`which answers with ${found}`, cause)),
      words,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    abortSignal?.throwIfAborted();
    if (late.aborted)
      throw refuse(`which took longer than ${timeoutMs} ms (timeoutMs gives it longer)`, error);
    throw refuse(`which cannot be reached (${reasonOf(error)})`, error);
  }
}

/** @throws ConfigError that does not repeat the address, which may hold a password */
function checkUrl(source: ConfigSource, text: string): URL {
  const url = URL.parse(text);
  const found =
    url === null
      ? "a text that is no URL"
      : url.username !== "" || url.password !== ""
        ? "a URL with a user name or a password"
        : url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))
          ? undefined
          : `${url.protocol}//${url.host}`;
  if (url !== null && found === undefined) return url;
  throw refusedAt(source, PATH, {
    found: found ?? "a text",
    allowed: "an https URL, or an http one of a loopback address; what is secret goes into headers",
  });
}

async function headersOf(
  source: ConfigSource,
  { headers = {} }: CloudSource,
  environment: Environment,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(headers)) {
    const path = ["clouds", "from", "headers", name];
    const given = typeof reference === "string" ? () => reference : (reference as SecretReference);
    const resolved = resolveReference(source, given, environment);
    if ("missing" in resolved) {
      throw refusedAt(source, [...path, ...resolved.path], resolved.missing);
    }
    const value = await resolveSecret(resolved.value);
    if (!/^[\x20-\x7e]+$/.test(value)) {
      const problem = { found: "what cannot stand in a header", allowed: "printable ASCII in one line" };
      throw refusedAt(source, path, problem);
    }
    values[name] = value;
  }
  return values;
}

async function boundedBytes(response: Response, tooLarge: () => ConfigError): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === "string" ? cause.code : "no connection";
}
