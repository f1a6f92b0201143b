import type * as z from "zod";
import { type Clouds, cloudsOf, listClouds, type NamedCloud } from "../clouds.ts";
import { compareText } from "../compare-text.ts";
import { digestOf } from "../plan/canonical-json.ts";
import { policyData } from "../policy/policy.ts";
import type { Policy } from "../policy/types.ts";
import { invalidArgument, type PolicyProblem, showFound } from "../retention/policy-error.ts";
import { count, strictObject, text } from "../schema.ts";
import { checkShard, type Shard, shardOf } from "./rendezvous.ts";

/** Clouds that are one account, as `accountsOf` of `@polyvol/config` gives them. */
export interface AccountClouds {
  /** Stands for the account on every machine. */
  readonly key: string;
  /** Names of its clouds. */
  readonly clouds: readonly string[];
}

/** Which part of the accounts a call is about. */
export interface ShardOptions {
  /**
   * Only the clouds of the accounts of this shard are read; of all others nothing is known, and nothing is done there.
   * Those need not be among the clouds of the call where `accounts` names them. Default: all clouds.
   */
  readonly shard?: Shard | undefined;
  /** All accounts, those of other shards among them. Default: each cloud of the call is an account, by its name. */
  readonly accounts?: readonly AccountClouds[] | undefined;
}

export const shardSchema = strictObject(
  {
    /** Which one, from 0. */
    index: count,
    /** How many there are. */
    count,
    /** How many accounts are in it. */
    accounts: count,
    /** How many there are in all shards together. */
    accountsInAll: count,
    /** Digest of all accounts and of the policies: shards of one fleet have the same. */
    basis: text,
  },
  "an object as plan() makes it, without other keys",
);

/** Which shard something is about, as plain JSON. */
export interface ReportedShard extends z.output<typeof shardSchema> {}

/** What a call is about. */
export interface Scope {
  /** The clouds of the shard, by name. */
  readonly clouds: readonly NamedCloud[];
  /** Those that at least one policy is about. */
  readonly chosen: readonly NamedCloud[];
  /** Names of clouds that are there and in another shard. */
  readonly elsewhere: ReadonlySet<string>;
  readonly shard?: ReportedShard;
  /** The accounts of the clouds of the shard. */
  readonly accounts: readonly AccountClouds[];
}

/** Policies as they stand in a configuration are given where checked ones belong. @throws PolicyError */
function checkPolicies(policies: unknown): void {
  if (Array.isArray(policies)) return;
  const found = typeof policies === "object" && policies !== null ? "an object" : showFound(policies);
  throw invalidArgument([{ path: "policies", found, allowed: "what parsePolicies gives" }]);
}

/**
 * @throws PolicyError `invalid_argument` for names of clouds in policies that do not exist, a wrong shard, a cloud in two
 * accounts, and for a cloud of the shard that was not given
 */
export function scopeOf(
  policies: readonly Policy[],
  given: Clouds,
  { shard, accounts }: ShardOptions,
): Scope {
  checkPolicies(policies);
  const all = listClouds(given);
  const known = allAccounts(all, accounts ?? []);
  if (shard === undefined) {
    return { clouds: all, chosen: cloudsOf(policies, given), elsewhere: new Set(), accounts: known };
  }
  checkShard(shard);
  const own = known.filter(({ key }) => isInShard(key, shard));
  const names = new Set(own.flatMap(({ clouds }) => clouds));
  const elsewhere = new Set(known.flatMap(({ clouds }) => clouds).filter((name) => !names.has(name)));
  const clouds = all.filter(({ name }) => names.has(name));
  refuseMissing(names, clouds, shard);
  return {
    clouds,
    chosen: cloudsOf(policies, given, elsewhere).filter(({ name }) => names.has(name)),
    elsewhere,
    accounts: own,
    shard: {
      index: shard.index,
      count: shard.count,
      accounts: own.length,
      accountsInAll: known.length,
      basis: digestOf([policies.map(policyData), known]),
    },
  };
}

/** In the order of keys; a cloud of no account is one by itself. */
function allAccounts(
  given: readonly NamedCloud[],
  accounts: readonly AccountClouds[],
): readonly AccountClouds[] {
  const seen = new Set<string>();
  const twice: PolicyProblem[] = [];
  for (const name of accounts.flatMap(({ clouds }) => clouds)) {
    if (seen.has(name))
      twice.push({ path: "accounts", found: `the cloud ${name} twice`, allowed: "each cloud once" });
    seen.add(name);
  }
  if (twice.length > 0) throw invalidArgument(twice);
  const alone = given
    .filter(({ name }) => !seen.has(name))
    .map(({ name }) => ({ key: name, clouds: [name] }));
  return [...accounts, ...alone]
    .map(({ key, clouds }) => ({ key, clouds: clouds.toSorted(compareText) }))
    .sort((a, b) => compareText(a.key, b.key));
}

/** That a cloud was not given does not mean that it is not there. */
function refuseMissing(
  names: ReadonlySet<string>,
  given: readonly NamedCloud[],
  { index, count }: Shard,
): void {
  const have = new Set(given.map(({ name }) => name));
  const missing = [...names].filter((name) => !have.has(name));
  if (missing.length === 0) return;
  const allowed = `a storage, or the error that kept it from being made: it is in shard ${index}/${count}`;
  throw invalidArgument(missing.map((name) => ({ path: `clouds.${name}`, found: "nothing", allowed })));
}

/** Names of the clouds of a shard: those that a machine has to connect for it. */
export function cloudsInShard(accounts: readonly AccountClouds[], shard: Shard): readonly string[] {
  checkShard(shard);
  return accounts.filter(({ key }) => isInShard(key, shard)).flatMap(({ clouds }) => clouds);
}

function isInShard(key: string, { index, count }: Shard): boolean {
  return shardOf(key, count) === index;
}
