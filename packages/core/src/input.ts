import * as z from "zod/mini";
import { refusedArgument } from "./errors.ts";
import type { Defined } from "./omit-undefined.ts";
import { type CheckedOf, parseValues, type Rule, type Rules, rule } from "./option.ts";
import type {
  CallOptions,
  CreateOptions,
  CreateSnapshotInput,
  CreateVolumeInput,
  DeleteVolumeOptions,
  HealthOptions,
  ListOptions,
  PageOptions,
  SnapshotQuery,
  UpdateSnapshotInput,
  VolumeQuery,
} from "./options.ts";
import { storageOptions } from "./storage-options.ts";
import { show } from "./words.ts";

const isWhole = z.refine<string>((words) => words.isWellFormed());
const nonEmpty = rule(z.string().check(z.minLength(1), isWhole), "a text that is not empty");
const text = rule(z.string().check(isWhole), "a text of whole characters");
const yesOrNo = rule(z.boolean(), "true or false");
const tags = rule(z.record(z.string(), z.string()), "texts by key");
const providerOptions = rule(
  z.record(z.string(), z.record(z.string(), z.unknown())),
  "objects of options by the name of a provider",
);

const anyFunction = rule(
  z.custom<never>((value) => typeof value === "function"),
  "a function",
);
const atLeastOne = rule(z.int().check(z.positive()), "a whole number from 1");

/** A rule for every key of `T`. */
type RulesFor<T> = { readonly [Key in keyof Required<T>]: Rule<Defined<Required<T>>[Key]> };

const createVolume: RulesFor<CreateVolumeInput> = {
  name: { ...nonEmpty, required: true },
  region: nonEmpty,
  sizeGiB: rule(z.number(), "a number"),
  roundUpSize: yesOrNo,
  description: text,
  tags,
  volumeType: nonEmpty,
  sourceSnapshotId: nonEmpty,
  providerOptions,
};
const createSnapshot: RulesFor<CreateSnapshotInput> = {
  volumeId: { ...nonEmpty, required: true },
  name: { ...nonEmpty, required: true },
  description: text,
  tags,
  allowAttached: yesOrNo,
  providerOptions,
};
const updateSnapshot: RulesFor<UpdateSnapshotInput> = { name: nonEmpty, description: text };
const volumeQuery: RulesFor<VolumeQuery> = { name: nonEmpty, region: nonEmpty, tags };
const snapshotQuery: RulesFor<SnapshotQuery> = { name: nonEmpty, volumeId: nonEmpty, tags };

type VolumeKey = Omit<VolumeQuery, "name" | "tags"> & { readonly name: string };
type SnapshotKey = { readonly name: string; readonly volumeId: string };

/** What `find` looks for: what it does not know would be a filter that is not applied. */
const volumeKey: RulesFor<VolumeKey> = { name: { ...nonEmpty, required: true }, region: nonEmpty };
const snapshotKey: RulesFor<SnapshotKey> = {
  name: { ...nonEmpty, required: true },
  volumeId: { ...nonEmpty, required: true },
};

/** The options of all calls: one object may serve several, and counts in each for what that has. */
const callOptions: RulesFor<CreateOptions & ListOptions & DeleteVolumeOptions & HealthOptions> = {
  abortSignal: rule(
    z.custom<AbortSignal>((value) => typeof Object(value).throwIfAborted === "function"),
    "an AbortSignal",
  ),
  timeoutMs: storageOptions.timeoutMs,
  inTurn: anyFunction,
  onProgress: anyFunction,
  onBegun: anyFunction,
  requestSize: atLeastOne,
  snapshots: rule(z.enum(["keep", "delete"]), '"keep" or "delete"'),
  tags: yesOrNo,
};
const pageOptions: RulesFor<PageOptions> = { pageSize: atLeastOne, continuationToken: text };
const limit = rule(
  z.custom<number>(
    (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && Number(value) >= 0),
  ),
  "a whole number from 0",
);

/** What is an option in every call, and is often given with its input. */
const OPTIONS = ["abortSignal", "timeoutMs", "inTurn", "onProgress", "onBegun", "requestSize"];

/** @throws PolyvolError `invalid_argument` naming what is wrong, and what is an option and no input */
function parseInput<R extends Rules>(value: unknown, rules: R): CheckedOf<R> {
  const option = OPTIONS.find((name) => Object.hasOwn(Object(value), name));
  if (option === undefined) return parseValues(value, rules);
  throw refusedArgument(`${option}: it is an option; options are an argument of their own, the last one`);
}

export function checkCreateVolume(value: unknown): Defined<CreateVolumeInput> {
  return parseInput(value, createVolume) as Defined<CreateVolumeInput>;
}

export function checkCreateSnapshot(value: unknown): Defined<CreateSnapshotInput> {
  return parseInput(value, createSnapshot) as Defined<CreateSnapshotInput>;
}

export function checkUpdateSnapshot(value: unknown): Defined<UpdateSnapshotInput> {
  const changes = parseInput(value, updateSnapshot);
  if (changes.name === undefined && changes.description === undefined) {
    throw refusedArgument("nothing to change; give name, description or both");
  }
  return changes;
}

export function checkVolumeQuery(value: unknown): Defined<VolumeQuery> {
  return plainQuery(parseInput(value ?? {}, volumeQuery));
}

export function checkSnapshotQuery(value: unknown): Defined<SnapshotQuery> {
  return plainQuery(parseInput(value ?? {}, snapshotQuery));
}

/** One form for queries that ask for the same: a token of one listing continues the other. */
function plainQuery<Query extends { readonly tags?: Readonly<Record<string, string>> }>(query: Query): Query {
  const { tags: wanted, ...rest } = query;
  const entries = Object.entries(wanted ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return (entries.length === 0 ? rest : { ...rest, tags: Object.fromEntries(entries) }) as Query;
}

export function checkVolumeKey(value: unknown): VolumeKey {
  return parseInput(value, volumeKey) as VolumeKey;
}

export function checkSnapshotKey(value: unknown): SnapshotKey {
  return parseInput(value, snapshotKey) as SnapshotKey;
}

/** To do without a deadline or an abort unseen would be worse. @throws PolyvolError `invalid_argument` */
export function checkCallOptions(value: unknown): void {
  if (value !== undefined && value !== null) parseValues(value, callOptions, "options");
}

/** The options of a provider-specific call. */
export function checkRunOptions(value: unknown): Defined<CallOptions> & { readonly idempotent: boolean } {
  const checked = parseValues(value ?? {}, { ...callOptions, idempotent: yesOrNo }, "options");
  return { ...checked, idempotent: checked.idempotent === true };
}

export function checkPageOptions(value: unknown): Defined<PageOptions> {
  return parseValues(value ?? {}, pageOptions, "options");
}

/** How many items are wanted at most. */
export function checkLimit(value: unknown): number {
  return parseValues(value ?? {}, { limit }, "options").limit ?? Number.POSITIVE_INFINITY;
}

/** The deadline of a call. @throws PolyvolError `invalid_argument` for what is no span of time */
export function checkTimeout(value: unknown): number {
  const { schema, allowed } = storageOptions.timeoutMs;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refusedArgument(`timeoutMs: found ${show(value)}, allowed: ${allowed}`);
}

/** An id is any text that is not empty; whether it exists is the provider's to say. Half a character is no text. */
export function checkId(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw refusedArgument(`${what}: found ${show(value)}, allowed is the id as text`);
}
