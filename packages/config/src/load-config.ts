import { resolve } from "node:path";
import * as z from "zod/mini";
import type { CloudConfig, Config, ConfigInput, ConfigPath, ConfigSource } from "./config.ts";
import { ConfigError, type ConfigProblem, workingFolder } from "./config-error.ts";
import { hideSecrets, literalSecrets } from "./credentials.ts";
import { suggestion } from "./nearest.ts";
import { packageNameOf } from "./package-provider.ts";
import { kindOf, problemAt, problemsOf, show } from "./problems.ts";
import { type ProviderRegistration, providersByName } from "./providers.ts";
import { readSource } from "./read-file.ts";
import { cloudSchema, configSchema, packageCloudSchema } from "./schema.ts";

/** Which file to read. */
export interface LoadConfigOptions {
  /** The file. Default: `polyvol.config.yaml`, `.yml` or `.json` in `cwd`. Only a file named here may be code. */
  readonly path?: string | undefined;
  /** Default: the working directory. */
  readonly cwd?: string | undefined;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[] | undefined;
}

/**
 * Reads and checks a configuration file. Credentials are not looked up yet.
 * @throws ConfigError naming the file, each place in it that is wrong, what was found (never a secret) and what is
 * allowed
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const source = await readSource(options.path, options.cwd ?? workingFolder());
  return checkSource(source, options.providers);
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
 * @throws ConfigError naming each place that is wrong, what was found (never a secret) and what is allowed
 */
export function parseConfig(value: ConfigInput, options: ParseConfigOptions = {}): Config {
  const directory = resolve(options.directory ?? ".");
  return checkSource({ value, directory, explicit: true, locate: () => undefined }, options.providers);
}

interface Checked {
  readonly clouds: Readonly<Record<string, unknown>>;
  readonly allowLiteralSecrets?: boolean;
  readonly policies?: Readonly<Record<string, unknown>>;
}

/** @throws ConfigError */
function checkSource(source: ConfigSource, more: readonly ProviderRegistration[] = []): Config {
  const top = configSchema(z.unknown()).safeParse(withoutTemplates(source.value));
  if (!top.success) throw new ConfigError(source.file, problemsOf(source, top.error, []));
  const { clouds, allowLiteralSecrets = false, policies } = top.data as unknown as Checked;

  const problems: ConfigProblem[] = [];
  const checked = new Map<string, CloudConfig>();
  for (const [name, value] of Object.entries(clouds)) {
    const cloud = checkCloud(source, name, value, providersByName(more), problems);
    if (!allowLiteralSecrets) problems.push(...literalSecrets(source, name, value));
    if (cloud !== undefined) checked.set(name, cloud);
  }
  if (problems.length > 0) throw new ConfigError(source.file, inOrder(problems));
  const { file, directory, explicit, locate } = source;
  return {
    ...(file === undefined ? {} : { file }),
    directory,
    explicit,
    clouds: checked,
    ...(policies === undefined ? {} : { policies }),
    locate,
  };
}

/** Keys at the top that begin with `x-` are a place for what other parts repeat. */
function withoutTemplates(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("x-")));
}

function checkCloud(
  source: ConfigSource,
  name: string,
  value: unknown,
  providers: ReadonlyMap<string, ProviderRegistration>,
  problems: ConfigProblem[],
): CloudConfig | undefined {
  const path = ["clouds", name];
  const given = (value as { readonly provider?: unknown } | null | undefined)?.provider;
  const registration = typeof given === "string" ? providers.get(given) : undefined;
  const fromPackage = typeof given === "string" && packageNameOf(given) !== undefined;
  if (registration === undefined && !fromPackage) {
    problems.push(unknownProvider(source, path, value, given, [...providers.keys()]));
    return undefined;
  }
  const schema = registration === undefined ? packageCloudSchema : cloudSchema(registration);
  const result = schema.safeParse(value);
  if (!result.success) {
    problems.push(...problemsOf(source, result.error, path, registration?.options));
    return undefined;
  }
  const { credentials, options = {}, ...rest } = result.data as unknown as Omit<CloudConfig, "name">;
  return {
    name,
    ...rest,
    options,
    ...(credentials === undefined ? {} : { credentials: hideSecrets(credentials) }),
  };
}

function unknownProvider(
  source: ConfigSource,
  path: ConfigPath,
  cloud: unknown,
  provider: unknown,
  known: readonly string[],
): ConfigProblem {
  if (typeof cloud !== "object" || cloud === null || Array.isArray(cloud)) {
    return problemAt(source, path, { found: kindOf(cloud), allowed: "a mapping with provider" });
  }
  return problemAt(source, [...path, "provider"], {
    found: show(provider),
    allowed: `${known.join(", ")}, or package:NAME for a driver from elsewhere`,
    ...(typeof provider === "string" ? suggestion(provider, known) : {}),
  });
}

/** As they stand in the file; what has no place comes first. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
}
