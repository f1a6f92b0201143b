import type { AccountClouds, Policy, PolicyProblem, ReportedShard, Shard } from "@polyvol/backup";
import type { Config, ConfigError, ConfigPath } from "@polyvol/config";
import type { BlockStorage } from "@polyvol/core";
import type { Context } from "../../context.ts";
import { TimedOut, UsageError, unknownName } from "../../errors.ts";
import { omitUndefined } from "../../options.ts";
import { countText, secondsText } from "../../output/format.ts";

/** What the configuration says about backups. */
export interface BackupSetup {
  readonly policies: readonly Policy[];
  /** A cloud that cannot be connected is its error. */
  readonly clouds: ReadonlyMap<string, BlockStorage | Error>;
  /** What is asked for, for the library; only the clouds of the shard are connected. */
  readonly scope: {
    readonly shard: Shard | undefined;
    readonly accounts: readonly AccountClouds[];
  };
  /** Environment variables that hold credentials. */
  readonly credentialVariables: readonly string[];
  /** Does the work; reports what the library refuses about a policy by its place in the file. */
  withSourcePositions<T>(work: () => Promise<T>): Promise<T>;
}

/** What a command asks for. */
interface Asked {
  /** The values of `--policy`; without any, all policies are taken. */
  readonly policy?: readonly string[] | undefined;
  /** The value of `--shard`, or that of a plan: the clouds of other shards are not connected. */
  readonly shard?: string | Shard | undefined;
}

/** Why `--cloud` is refused. */
export const CLOUDS_OF_POLICIES =
  "--cloud does not go with this command: policies say which clouds they are about (select.cloud); --policy takes some of them.";

/**
 * Loads the policies and connects the clouds of the configuration. A cloud that cannot be connected is given as its
 * error, which the library reports beside its other problems.
 *
 * @throws UsageError for a policy that does not exist, for what is no shard, and for `--cloud`
 * @throws ConfigError for a policy that is wrong
 */
export async function loadBackupSetup(context: Context, asked: Asked = {}): Promise<BackupSetup> {
  if (context.cloudOption.length > 0) {
    throw new UsageError(CLOUDS_OF_POLICIES);
  }
  return await loadSetup(context, asked);
}

/** The same for a command that takes `--cloud`. @throws UsageError, ConfigError */
export async function loadSetup(
  context: Context,
  { policy: ids = [], shard: askedShard }: Asked,
): Promise<BackupSetup> {
  const shard = typeof askedShard === "string" ? await parsedShard(askedShard) : askedShard;
  const config = await context.config();
  const { accountsOf, connect, selectClouds } = await import("@polyvol/config");
  const policies = await choosePolicies(await readPolicies(config), ids);
  const absent = await absentClouds(config, policies);
  const accounts = [
    ...accountsOf(config),
    ...absent.map(([name]) => ({ key: `absent-${name}`, clouds: [name] })),
  ];
  const isOwn = await inShard(accounts, shard);
  const only = selectClouds(config).filter(isOwn);
  const connected =
    only.length === 0 ? [] : await connect(config, { only, onError: "collect", onEvent: context.onEvent });
  return {
    policies,
    clouds: new Map([...connected, ...absent.filter(([name]) => isOwn(name))]),
    scope: { shard, accounts },
    credentialVariables: variablesOf(config),
    withSourcePositions: (work) => withSourcePositions(config, work),
  };
}

/** For a command that looks again and again: loaded once, and anew while it or a cloud of it cannot be. */
export function rememberSetup(load: () => Promise<BackupSetup>): () => Promise<BackupSetup> {
  let known: Promise<BackupSetup> | undefined;
  return async () => {
    known ??= load();
    const loading = known;
    known = undefined;
    const setup = await loading;
    const isWhole = [...setup.clouds.values()].every((cloud) => !(cloud instanceof Error));
    if (isWhole) known = loading;
    return setup;
  };
}

async function inShard(
  accounts: readonly AccountClouds[],
  shard: Shard | undefined,
): Promise<(cloud: string) => boolean> {
  if (shard === undefined) return () => true;
  const { cloudsInShard } = await import("@polyvol/backup");
  const own = new Set(cloudsInShard(accounts, shard));
  return (cloud) => own.has(cloud);
}

/**
 * Environment variables that hold credentials of the clouds: those that the configuration names, and those that drivers
 * read without being told.
 */
export async function credentialVariablesOf(config: Config): Promise<readonly string[]> {
  const { PROVIDERS } = await import("@polyvol/config");
  const usual = PROVIDERS.flatMap(({ options }) =>
    Object.values(options).flatMap(({ secret, variables = [] }) => (secret ? variables : [])),
  );
  return [...variablesOf(config), ...usual];
}

async function choosePolicies(all: readonly Policy[], ids: readonly string[]): Promise<readonly Policy[]> {
  const known = all.map(({ id }) => id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw await unknownPolicy(unknown, known);
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
}

/** The error about ids that no policy has. `otherwise`: what else the option takes. */
export async function unknownPolicy(
  ids: readonly string[],
  known: readonly string[],
  otherwise = "",
): Promise<UsageError> {
  const words = `--policy: found ${ids.join(", ")}; allowed: ${known.join(", ")}${otherwise}`;
  return await unknownName(words, ids, known);
}

/** Environment variables that hold credentials. */
export function variablesOf({ clouds }: Config): readonly string[] {
  const references = [...clouds.values()].flatMap(({ credentials }) => Object.values(credentials ?? {}));
  return references.flatMap((reference) => ("env" in reference ? [reference.env] : []));
}

/** The policies of a configuration, checked as far as no cloud is needed for that. @throws ConfigError */
export async function readPolicies(config: Config): Promise<readonly Policy[]> {
  const { parsePolicies } = await import("@polyvol/backup");
  const policies = await withSourcePositions(config, () => parsePolicies(config.policies));
  const problems = await unknownClouds(config, policies);
  // What a source does not give this time stops that cloud alone.
  if (problems.length > 0 && config.source === undefined) throw await policyConfigError(config, problems);
  return policies;
}

/** Clouds that policies name and the configuration does not have. */
async function unknownClouds(
  config: Config,
  policies: readonly Policy[],
): Promise<readonly (PolicyProblem & { readonly name: string })[]> {
  const { suggestion } = await import("@polyvol/core/driver");
  const { selectClouds } = await import("@polyvol/config");
  const known = new Set(selectClouds(config));
  return policies.flatMap(({ id, select }) =>
    (select.clouds ?? [])
      .filter((name) => !known.has(name))
      .map((name) => ({
        name,
        path: `policies.${id}.select.cloud`,
        found: JSON.stringify(name),
        allowed: [...known].join(", "),
        ...suggestion(name, known),
      })),
  );
}

/**
 * Clouds that policies name and a source does not give, each as its error: an account that has gone from the source is
 * told as one that could not be read, until the policies do not name it any more.
 */
async function absentClouds(
  config: Config,
  policies: readonly Policy[],
): Promise<readonly (readonly [string, Error])[]> {
  const byName = new Map((await unknownClouds(config, policies)).map((problem) => [problem.name, problem]));
  return await Promise.all(
    [...byName.values()].map(async ({ name, path, found }) => {
      const allowed = `a cloud that ${config.source ?? "the configuration"} gives; nothing is deleted of one that it does not give`;
      // The source may give it again.
      const gone = await policyConfigError(config, [{ path, found, allowed }], { retryable: true });
      return [name, gone] as const;
    }),
  );
}

async function withSourcePositions<T>(config: Config, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { isPolicyError } = await import("@polyvol/backup");
    if (!isPolicyError(error) || error.code !== "invalid_argument") throw error;
    const problems = error.problems.filter(({ path }) => path.startsWith("policies"));
    if (problems.length === 0) throw error;
    throw await policyConfigError(config, problems, { cause: error });
  }
}

async function policyConfigError(
  config: Config,
  problems: readonly PolicyProblem[],
  options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
): Promise<ConfigError> {
  const { ConfigError } = await import("@polyvol/config");
  const located = problems.map(({ path, found, allowed, hint }) =>
    omitUndefined({ path, found, allowed, hint, position: config.locate(stepsOf(path)) }),
  );
  return new ConfigError(config.file, located, options);
}

/** `policies.nightly.select.tags[0]` as keys and indices. */
function stepsOf(path: string): ConfigPath {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([step, index]) =>
    index === undefined ? step : Number(index),
  );
}

/** Aborts at Ctrl-C, and when `--timeout` has passed. */
export async function deadline({
  signal,
  ended,
  unanswered,
  call: { timeoutMs },
}: Pick<Context, "signal" | "ended" | "unanswered" | "call">): Promise<AbortSignal> {
  if (timeoutMs === undefined) return signal;
  const { startTimer, systemClock } = await import("@polyvol/core/driver");
  const late = new AbortController();
  const stopTimer = startTimer(systemClock, timeoutMs, () => {
    const words = [
      `given up after ${secondsText(timeoutMs)}, as --timeout asks`,
      ...unanswered().map((cloud) => `${cloud} had not answered yet`),
    ];
    late.abort(new TimedOut(words.join("; ")));
  });
  ended.addEventListener("abort", stopTimer, { once: true });
  return AbortSignal.any([signal, late.signal]);
}

/** `--shard` of the commands that can be about a part of the accounts. */
export const SHARD = [
  "--shard <shard>",
  "only the accounts of this shard: INDEX/COUNT with indices from 0, or auto/COUNT and auto in an array job",
] as const;

/** The shard that a value of `--shard` asks for. @throws UsageError */
async function parsedShard(text: string): Promise<Shard> {
  const { isPolicyError, parseShard } = await import("@polyvol/backup");
  try {
    return parseShard(text);
  } catch (error) {
    if (!isPolicyError(error)) throw error;
    const lines = error.problems.map(({ path, found, allowed }) => {
      const place = path === "shard" ? "--shard" : `--shard ${text}: ${path}`;
      return `${place}: found ${found}; allowed: ${allowed}`;
    });
    throw new UsageError(lines.join("\n"), { cause: error });
  }
}

/** A line below what is about a shard; nothing otherwise. */
export function shardText(shard: ReportedShard | undefined): string {
  if (shard === undefined) return "";
  const { index, count, accounts, accountsInAll } = shard;
  return `Shard ${index}/${count}: ${accounts} of ${countText(accountsInAll, "account")}.\n`;
}
