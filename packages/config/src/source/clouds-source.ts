/** Where clouds come from that do not stand in the configuration: a command, a file, an address or a function. */

import { extname, resolve } from "node:path";
import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { type CheckedCloud, checkClouds } from "../check-clouds.ts";
import type { CloudSource, ConfigPath, ConfigSource, ParsedText } from "../config.ts";
import { ConfigError, fileText, firstLineOf } from "../config-error.ts";
import { type Environment, literalsAt } from "../credentials.ts";
import { packageNameOf } from "../package-provider.ts";
import { parseJson, parseYaml } from "../parse-text.ts";
import { kindOf, problemAt, show } from "../problems.ts";
import type { ProviderRegistration } from "../providers.ts";
import { refusedName } from "../schema.ts";
import { MOST_BYTES, refusal } from "./refusal.ts";
import { runCommand } from "./run-command.ts";
import { cloudSourceSchema } from "./source-schema.ts";
import { fetchClouds } from "./source-url.ts";

/** A source as it stands in a configuration that was checked. */
export type CloudsSource = { readonly from: CloudSource } | (() => unknown);

/** What is needed to ask a source. */
export interface ReadCloudsOptions {
  readonly environment?: Environment | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly allowLiteralSecrets: boolean;
  readonly providers: ReadonlyMap<string, ProviderRegistration>;
}

/** What a source has given. */
export interface ReadClouds {
  /** Where it came from, in words. */
  readonly words: string;
  /** Each checked for itself. */
  readonly clouds: readonly CheckedCloud[];
}

/** Where the clouds of a configuration are a source. A cloud may be called `from`: it has a provider. */
export function isSource(clouds: unknown): boolean {
  if (typeof clouds === "function") return true;
  if (typeof clouds !== "object" || clouds === null || !("from" in clouds)) return false;
  const { from } = clouds;
  return typeof from !== "object" || from === null || !("provider" in from);
}

/** Checks what {@link isSource} has told; without one, nothing takes the place of clouds. */
export function sourceSchema(clouds: unknown): z.ZodMiniType | undefined {
  if (typeof clouds === "function") return z.unknown();
  return isSource(clouds) ? cloudSourceSchema : undefined;
}

/**
 * Asks a source.
 * @throws ConfigError where it cannot be asked, fails, or gives something else than clouds; the reason of the abort
 */
export async function readClouds(
  source: ConfigSource,
  clouds: CloudsSource,
  options: ReadCloudsOptions,
): Promise<ReadClouds> {
  options.abortSignal?.throwIfAborted();
  const { words, value, locate } = await ask(source, clouds, options);
  const path = pathOf(clouds);
  const isRemote = path.at(-1) === "url";
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(source, path, `${words}, which gives ${kindOf(value)}`, "a mapping of names to clouds");
  }
  if (Object.keys(value).length === 0) {
    throw refusal(source, path, `${words}, which gives no cloud`, "at least one cloud");
  }
  const entries: Readonly<Record<string, unknown>> = { ...value };
  const given: ConfigSource = {
    ...source,
    from: words,
    value: { clouds: entries },
    locate: ([, ...rest]) => locate(rest),
  };
  const checked = checkClouds(given, entries, options.providers, options.allowLiteralSecrets);
  const own = checked.map((each) => {
    const problems = [...wrongName(given, each.name), ...foreignCode(given, each, entries, isRemote)];
    return { ...each, problems: [...problems, ...each.problems] };
  });
  return { words, clouds: own };
}

/** Where the source stands in the configuration. */
function pathOf(clouds: CloudsSource): ConfigPath {
  if (typeof clouds === "function") return ["clouds"];
  const kind = (["command", "file", "url"] as const).find((each) => clouds.from[each] !== undefined);
  return ["clouds", "from", ...(kind === undefined ? [] : [kind])];
}

type Answer = ParsedText & { readonly words: string };

async function ask(source: ConfigSource, clouds: CloudsSource, options: ReadCloudsOptions): Promise<Answer> {
  if (typeof clouds === "function") {
    return { words: "clouds()", value: await call(source, clouds), locate: () => undefined };
  }
  const { command, file, url, headers } = clouds.from;
  if (command !== undefined) return await runCommand(source, clouds.from, options);
  if (file !== undefined) return await readSourceFile(source, file);
  const path = ["clouds", "from", "headers"];
  const literals = options.allowLiteralSecrets ? [] : literalsAt(source, path, "clouds", headers);
  if (literals.length > 0) throw new ConfigError(source.file, literals);
  return await fetchClouds(source, { ...clouds.from, url: url ?? "" }, options);
}

/** @throws ConfigError */
async function call(source: ConfigSource, clouds: () => unknown): Promise<unknown> {
  try {
    return await clouds();
  } catch (cause) {
    const found = `a function that fails: ${firstLineOf(cause)}`;
    throw refusal(source, ["clouds"], found, "a function that gives clouds", cause);
  }
}

function wrongName(given: ConfigSource, name: string): ReturnType<typeof problemAt>[] {
  const allowed = refusedName(name);
  return allowed === undefined ? [] : [problemAt(given, ["clouds", name], { found: show(name), allowed })];
}

/** What comes over the network never says which code is run. */
function foreignCode(
  given: ConfigSource,
  { name }: CheckedCloud,
  entries: Readonly<Record<string, unknown>>,
  isRemote: boolean,
): ReturnType<typeof problemAt>[] {
  const { provider } = (entries[name] ?? {}) as { readonly provider?: unknown };
  if (!isRemote || typeof provider !== "string" || packageNameOf(provider) === undefined) return [];
  const allowed = "packages only from what lies on this machine: the configuration, a file, a command";
  const found = `${show(provider)}, which runs that package's code`;
  return [problemAt(given, ["clouds", name, "provider"], { found, allowed })];
}

const PATH: ConfigPath = ["clouds", "from", "file"];

/**
 * Reads the file of a source.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
async function readSourceFile(source: ConfigSource, path: string): Promise<Answer> {
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
