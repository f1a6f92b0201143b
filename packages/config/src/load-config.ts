import { resolve } from "node:path";
import { omitUndefined } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { checkClouds } from "./check-clouds.ts";
import type { CloudConfig, Config, ConfigInput, ConfigSource } from "./config.ts";
import { ConfigError, type ConfigProblem, workingFolder } from "./config-error.ts";
import type { Environment } from "./credentials.ts";
import { kindOf, problemsOf, refusedAt } from "./problems.ts";
import { type ProviderRegistration, providersByName } from "./providers.ts";
import { readSource } from "./read-file.ts";
import { configSchema } from "./schema.ts";
import { type CloudsSource, isSource, readClouds, sourceSchema } from "./source/clouds-source.ts";

/** Which file to read, or what to take in its place. */
export interface LoadConfigOptions {
  /** The file. Default: `polyvol.config.yaml`, `.yml` or `.json` in `cwd`. Only a file named here may be code. */
  readonly path?: string | undefined;
  /** A configuration written as code, in place of a file: `parseConfig` for one whose clouds come from a source. */
  readonly config?: ConfigInput | undefined;
  /** Default: the working directory. */
  readonly cwd?: string | undefined;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[] | undefined;
  /** Where the headers of a source of clouds are looked up. Default `process.env`. */
  readonly environment?: Environment | undefined;
  /** Stops the command or the request of a source of clouds. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Reads and checks a configuration file, and asks the source of its clouds where it has one. Credentials of clouds are
 * not looked up yet. Of a source each cloud is checked by itself: one that is wrong is among `refused`, and the others
 * can be used.
 * @throws ConfigError naming the file, each place in it that is wrong, what was found (never a secret) and what is
 * allowed; also where a source cannot be read, or gives no cloud at all: that never means that there are none
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  if (typeof options !== "object") throw notOptions(options);
  const { path, config, cwd = workingFolder() } = options;
  const source = config === undefined ? await readSource(path, cwd) : inCode(config, cwd);
  const top = checkTop(source, true);
  if (top.from === undefined) return checkAll(source, top, options.providers);
  const { allowLiteralSecrets } = top;
  const providers = providersByName(options.providers);
  const read = await readClouds(source, top.from, { ...options, providers, allowLiteralSecrets });
  const refused = new Map<string, Error>();
  const clouds = new Map<string, CloudConfig>();
  for (const { name, cloud, problems } of read.clouds) {
    if (problems.length > 0) refused.set(name, new ConfigError(source.file, problems));
    else if (cloud !== undefined) clouds.set(name, cloud);
  }
  return { ...configOf(source, top), clouds, refused, source: read.words };
}

/** A path alone would be left unseen, and another configuration read. */
function notOptions(options: unknown): ConfigError {
  const hint = typeof options === "string" ? "Write { path: … }" : undefined;
  const problem = { path: "options", found: kindOf(options), allowed: "an object", hint };
  return new ConfigError(undefined, [omitUndefined(problem)]);
}

/** How an object is read as a configuration. */
export interface ParseConfigOptions {
  /** What relative paths are relative to. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[] | undefined;
}

/**
 * Checks a configuration that was written as code.
 * @throws ConfigError naming each place that is wrong, what was found (never a secret) and what is allowed; also for one
 * whose clouds come from a source, which `loadConfig({ config })` waits for
 */
export function parseConfig(value: ConfigInput, options: ParseConfigOptions = {}): Config {
  const source = inCode(value, options.directory);
  return checkAll(source, checkTop(source, false), options.providers);
}

function inCode(value: unknown, directory = "."): ConfigSource {
  return { value, directory: resolve(directory), explicit: true, locate: () => undefined };
}

/** The parts of a configuration; its clouds either as they stand there, or where they come from. */
interface Top {
  readonly clouds: Readonly<Record<string, unknown>>;
  readonly from?: CloudsSource;
  readonly allowLiteralSecrets: boolean;
  readonly policies?: Readonly<Record<string, unknown>>;
}

/** @throws ConfigError */
function checkTop(source: ConfigSource, canWait: boolean): Top {
  const value = withoutTemplates(source.value);
  const given = (value as { readonly clouds?: unknown } | null | undefined)?.clouds;
  const from = isSource(given);
  if (from && !canWait) {
    const found = typeof given === "function" ? kindOf(given) : "a source of clouds";
    const allowed = "a mapping of names to clouds; a source is waited for by loadConfig({ config })";
    throw refusedAt(source, ["clouds"], { found, allowed });
  }
  const top = configSchema(z.unknown(), sourceSchema(given)).safeParse(value);
  if (!top.success) throw new ConfigError(source.file, problemsOf(source, top.error, []));
  const { clouds, allowLiteralSecrets = false, ...rest } = top.data as unknown as Omit<Top, "from">;
  if (!from) return { clouds, allowLiteralSecrets, ...rest };
  return { clouds: {}, from: clouds as unknown as CloudsSource, allowLiteralSecrets, ...rest };
}

/** The configuration of clouds that stand in it: what is wrong with any of them stops all. @throws ConfigError */
function checkAll(source: ConfigSource, top: Top, more: readonly ProviderRegistration[] = []): Config {
  const checked = checkClouds(source, top.clouds, providersByName(more), top.allowLiteralSecrets);
  const problems = checked.flatMap((each) => each.problems);
  if (problems.length > 0) throw new ConfigError(source.file, inOrder(problems));
  const clouds = checked.flatMap(({ name, cloud }) => (cloud === undefined ? [] : [[name, cloud] as const]));
  return { ...configOf(source, top), clouds: new Map(clouds), refused: new Map() };
}

function configOf(
  { file, directory, explicit, locate }: ConfigSource,
  { policies }: Top,
): Omit<Config, "clouds" | "refused"> {
  return omitUndefined({ file, directory, explicit, policies, locate });
}

/** Keys at the top that begin with `x-` are a place for what other parts repeat. */
function withoutTemplates(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("x-")));
}

/** As they stand in the file; what has no place comes first. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
}
