import * as z from "zod/mini";
import { refusedArgument } from "./errors.ts";
import type { Defined } from "./omit-undefined.ts";
import { type CheckedOf, parseValues, type Rule, type Rules, rule } from "./option.ts";
import type {
  CreateSnapshotInput,
  CreateVolumeInput,
  SnapshotQuery,
  UpdateSnapshotInput,
  VolumeQuery,
} from "./options.ts";
import { storageOptions } from "./storage-options.ts";
import { show } from "./words.ts";

const nonEmpty = rule(z.string().check(z.minLength(1)), "a text that is not empty");
const isWhole = z.refine<string>((words) => words.isWellFormed());
const text = rule(z.string().check(isWhole), "a text of whole characters");
const yesOrNo = rule(z.boolean(), "true or false");
const tags = rule(z.record(z.string(), z.string()), "texts by key");
const providerOptions = rule(
  z.record(z.string(), z.record(z.string(), z.unknown())),
  "objects of options by the name of a provider",
);

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

/** What stands among the options of a call, and is often given with its input. */
const OPTIONS = ["abortSignal", "timeoutMs", "onProgress", "onBegun", "requestSize"];

/** @throws PolyvolError `invalid_argument` naming what is wrong, and what is an option and no input */
function parseInput<R extends Rules>(value: unknown, rules: R): CheckedOf<R> {
  const option = OPTIONS.find(
    (name) => typeof value === "object" && value !== null && Object.hasOwn(value, name),
  );
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

/** What other interfaces call the options of a call: to do without a deadline or an abort unseen would be worse. */
const MISNAMED: Readonly<Record<string, string>> = {
  signal: "abortSignal",
  timeout: "timeoutMs, in milliseconds",
};

/** Refuses options of a call by the names that they have elsewhere. @throws PolyvolError `invalid_argument` */
export function checkCallOptions(value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "object") {
    throw refusedArgument(`options: found ${show(value)}, allowed: an object`);
  }
  for (const [name, meant] of Object.entries(MISNAMED)) {
    if (!Object.hasOwn(value, name)) continue;
    throw refusedArgument(`options: found ${name}, which calls do not have; use ${meant}`);
  }
}

/** The deadline of a call. @throws PolyvolError `invalid_argument` for what is no span of time */
export function checkTimeout(value: unknown): number {
  const { schema, allowed } = storageOptions.timeoutMs;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refusedArgument(`timeoutMs: found ${show(value)}, allowed: ${allowed}`);
}

/** An id is any text that is not empty; whether it exists is the provider's to say. */
export function checkId(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw refusedArgument(`${what}: found ${show(value)}, allowed is the id as text`);
}
