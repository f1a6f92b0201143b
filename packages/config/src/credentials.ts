import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type SecretSource, unfitKind } from "@polyvol/core/driver";
import type { CloudConfig, Config, ConfigPath, ConfigSource, SecretReference } from "./config.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { problemAt } from "./problems.ts";
import { SECRET_FORMS } from "./schema-parts.ts";

/** Variables that references are looked up in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the references of a cloud stand for. Variables are read now; files are read by the adapter, at each request,
 * so that a replaced one takes effect.
 * @throws ConfigError naming each variable or file that is missing, its cloud and its path
 */
export function resolveCredentials(
  config: Config,
  cloud: CloudConfig,
  environment: Environment,
): Record<string, SecretSource> {
  const problems = [];
  const sources: Record<string, SecretSource> = {};
  for (const [key, reference] of Object.entries(cloud.credentials ?? {})) {
    const source = resolveReference(config, reference, environment);
    if ("missing" in source) {
      const path = ["clouds", cloud.name, "credentials", key, ...source.path];
      problems.push(problemAt(config, path, source.missing));
    } else sources[key] = source.value;
  }
  if (problems.length > 0) throw new ConfigError(config.file, problems);
  return sources;
}

type Resolved =
  | { readonly value: SecretSource }
  | {
      readonly path: readonly string[];
      readonly missing: { readonly found: string; readonly allowed: string; readonly hint?: string };
    };

/** What one reference stands for, or what is missing of it. */
export function resolveReference(
  config: Pick<Config, "directory">,
  reference: SecretReference,
  environment: Environment,
): Resolved {
  // The value itself, where it is there: a function of each cloud would not show that two of them are one account.
  if (typeof reference === "function") return { value: literalOf(reference) ?? reference };
  if ("env" in reference) {
    // As of files: what a shell or a secret store leaves around it, such as the end of a line, is no part of it.
    const value = environment[reference.env]?.trim();
    if (value !== undefined && value !== "") return { value };
    const found = `${reference.env}, ${value === undefined ? "which is not set" : "which is empty"}`;
    const allowed = "an environment variable that holds the credential";
    return { path: ["env"], missing: { found, allowed, hint: `Set it: export ${reference.env}=…` } };
  }
  const file = resolve(config.directory, reference.file);
  const trouble = unreadable(file);
  if (trouble === undefined) return { value: { file } };
  return {
    path: ["file"],
    missing: { found: `${file}, ${trouble}`, allowed: "a readable file that holds the credential" },
  };
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    const stats = statSync(file);
    const kind = unfitKind(stats);
    if (kind !== undefined) return `which is ${kind}`;
    // A size of 0 may be that of a file whose content is made when it is read.
    return stats.size === 0 && readFileSync(file).length === 0 ? "which is empty" : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "which does not exist" : `which cannot be read (${code})`;
  }
}

/**
 * The secrets of a mapping that stand in the file as they are, each with the way out; `owner` begins the name of the variable
 * that is proposed.
 */
export function literalsAt(
  source: ConfigSource,
  path: ConfigPath,
  owner: string,
  secrets: unknown,
): ConfigProblem[] {
  if (typeof secrets !== "object" || secrets === null) return [];
  return Object.entries(secrets).flatMap(([key, value]) => {
    if (typeof value !== "string" || value === "") return [];
    // What stands after the $ may be a part of a secret, and is not repeated.
    const isReference = /^\$(?:\{\w+\}|\w+)$/.test(value);
    const words = `${owner}_${key}`.replace(/([a-z])([A-Z])/g, "$1_$2");
    const variable = words.replace(/\W+/g, "_").toUpperCase();
    return [
      problemAt(source, [...path, key], {
        found: "a literal secret",
        allowed: SECRET_FORMS,
        hint: isReference
          ? "Variables are not filled in here: write { env: NAME } with the name that stands after the $"
          : `Put it into an environment variable and write { env: ${variable} }; allowLiteralSecrets: true at the top permits it here`,
      }),
    ];
  });
}

const literals = new WeakMap<SecretReference, string>();

/** The secret that {@link hideSecrets} has wrapped; `undefined` for any other reference. */
export function literalOf(reference: SecretReference): string | undefined {
  return literals.get(reference);
}

function hidden(value: string): SecretReference {
  const reference = (): string => value;
  literals.set(reference, value);
  return reference;
}

/** Wraps literal secrets, so that a configuration that is logged does not show them. */
export function hideSecrets(credentials: Readonly<Record<string, unknown>>): Record<string, SecretReference> {
  return Object.fromEntries(
    Object.entries(credentials).map(([key, value]) => [
      key,
      typeof value === "string" ? hidden(value) : (value as SecretReference),
    ]),
  );
}
