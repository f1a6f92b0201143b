import * as z from "zod";
import { hasNul, WITHOUT_NUL } from "../command/nul.ts";
import { parseInterval } from "../duration.ts";
import { rulesSchema } from "../retention/policy.ts";
import { scheduleSchema } from "../schedule/schedule.ts";
import { keyedObject, readonlyList, truth } from "../schema.ts";
import { isCredentialName } from "./environment.ts";

// Each message says what is allowed; policy-error.ts adds the path and what was found.
const texts = "a text, or a list of at least one, none empty";
const aDuration = 'elapsed time above zero such as "30s" or "1h30min", of d, h, min, s, each unit once';
const aPrefix =
  "up to 40 letters, digits and -, starting with a letter, with {cloud} and {volume} to be filled in";
const aShare = "a number above 0, up to 1";
const aCount = "a whole number from 1 to 1000";
const aCommand = "a list: a program and its arguments, the program not empty";
const aVariable = "the name of an environment variable";
const aHarmlessVariable = "the name of an environment variable that holds no credentials";

const text = z.string(texts).min(1, texts);
const oneOrMore = z.union([text, readonlyList(z.array(text, texts).min(1, texts))], texts).optional();
const duration = z.string(aDuration).refine((value) => parseInterval(value) !== undefined, aDuration);
const switched = truth.optional();
const command = readonlyList(
  z
    .array(
      z.string(aCommand).refine((word) => !hasNul(word), WITHOUT_NUL),
      aCommand,
    )
    .min(1, aCommand),
).refine(([program]) => program !== "", aCommand);
const variable = (words: string): z.ZodString => z.string(words).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, words);
const variables = (each: z.ZodString) =>
  readonlyList(z.array(each, "a list of names of environment variables")).optional();

const select = {
  /** Clouds by the names that the configuration gives them. One without a volume that fits is reported. Default: all. */
  cloud: oneOrMore,
  /**
   * Patterns of names, any of which may fit: `*` is any text, `?` any one character; capitals count. One that no volume
   * fits is reported as a failure.
   */
  name: oneOrMore,
  /** Ids of volumes. One that no cloud has is reported as a failure. */
  id: oneOrMore,
  /**
   * Tags, all of which the volume must carry, each `key` or `key:value`; capitals count unless the provider makes no
   * difference. Only where the provider returns them.
   */
  tags: oneOrMore,
};
const selectSchema = keyedObject(select).refine((value) => Object.keys(value).length > 0, {
  error: `at least one of ${Object.keys(select).join(", ")}; all volumes are { name: "*" }`,
  when: ({ issues }) => issues.length === 0,
});

/**
 * Which volumes a policy is about: those that fit every key that is given. At least one key is needed; all volumes of
 * all clouds are `{ name: "*" }`. A volume may be in several policies.
 */
export interface SelectDefinition extends z.input<typeof selectSchema> {}

const hookSchema = keyedObject({
  /** The program and its arguments. No shell reads it. */
  command,
  /** Elapsed time after which it is killed and has failed, such as `30s`. Default `1min`. */
  timeout: duration.optional(),
  /** Names of environment variables that it inherits besides the harmless ones; never one with credentials. */
  environment: variables(
    variable(aHarmlessVariable).refine((name) => !isCredentialName(name), aHarmlessVariable),
  ),
});

/** A command to run around each new snapshot. */
export interface HookDefinition extends z.input<typeof hookSchema> {}

const offsiteSchema = keyedObject({
  /** The program and its arguments. No shell reads it. Where the data is, its environment says. */
  command,
  /**
   * Elapsed time, such as `12h`, from the start of one success until a volume is due again; a tenth less counts too, so
   * that a timer of the same length need not be punctual. Default `1d`.
   */
  every: duration.optional(),
  /** Elapsed time after which it is ended and has failed, such as `6h`. Default `1d`. */
  timeout: duration.optional(),
  /** Whether the filesystem of the device is mounted, read-only, and the command told where. Default false. */
  mount: switched,
  /**
   * Names of environment variables that it inherits besides the harmless ones. Credentials of its own may be among them;
   * those of a cloud it never inherits.
   */
  environment: variables(variable(aVariable)),
});

/**
 * A command that takes what is in a snapshot out of the cloud. `polyvol backup offsite` runs it on a server of yours, for
 * one volume after another. How long what it has stored is kept is up to the tool that it calls.
 */
export interface OffsiteDefinition extends z.input<typeof offsiteSchema> {}

const brakesSchema = keyedObject({
  /**
   * The largest share of a policy's good snapshots of one volume, the new one included, that one run may delete: above
   * 0, at most 1. Would more go, the oldest go up to it (at least one) with each new snapshot, and it is reported.
   * Default 0.5.
   */
  maxShare: z.number(aShare).gt(0, aShare).max(1, aShare).optional(),
  /** Elapsed time, such as `2h`: snapshots that were taken less long ago are never deleted. Default: none. */
  minAge: duration.optional(),
});

/** What keeps retention from removing too much. */
export interface BrakesDefinition extends z.input<typeof brakesSchema> {}

/** Strict: an unknown key is an error. */
const policySchema = keyedObject({
  /**
   * Ids that the policy had before: their snapshots are taken over, as if it had made them. None may be the id, or a
   * former id, of another policy. Default none.
   */
  formerIds: oneOrMore,
  /** Which volumes it is about. */
  select: selectSchema,
  /** When snapshots are taken. */
  schedule: scheduleSchema,
  /** Which snapshots stay. Without a `timezone`, that of the schedule. */
  retention: rulesSchema,
  /**
   * What the names of snapshots begin with: letters, digits and `-`, starting with a letter; `{cloud}` and `{volume}`
   * are filled in. It can change at any time: snapshots are told by what follows it. Default `polyvol`.
   */
  prefix: z
    .string(aPrefix)
    .max(40, aPrefix)
    .regex(/^[A-Za-z](?:[A-Za-z0-9-]|\{cloud\}|\{volume\})*$/, aPrefix)
    .optional(),
  /** Whether it is fine that no volume fits. Default false: that is a failure. */
  allowEmpty: switched,
  /** Whether volumes in use are snapshotted (crash-consistent). Default true. */
  allowAttached: switched,
  /**
   * How many of its requests, on each cloud, are in flight at once; with hooks, on how many of its volumes work goes on at
   * once. Snapshots that the provider is working on are not counted. Default 8.
   */
  concurrency: z.int(aCount).min(1, aCount).max(1000, aCount).optional(),
  /** What keeps retention from removing too much. Each key has its own default. */
  brakes: brakesSchema.optional(),
  /** `before` and `after` each new snapshot, once for each volume. */
  hooks: keyedObject({
    /** Run before the snapshot is asked for; when it fails, none is taken. */
    before: hookSchema.optional(),
    /** Run whenever `before` was begun, also after a failure. */
    after: hookSchema.optional(),
  }).optional(),
  /** What takes the volumes' data out of the cloud, by `polyvol backup offsite`. Default: nothing. */
  offsite: offsiteSchema.optional(),
});

/** A policy as written in a configuration. */
export interface PolicyDefinition extends z.input<typeof policySchema> {}

/**
 * Policies by id. The names of all snapshots of a policy hold its id: one that has to change goes into `formerIds`.
 */
export type PolicyDefinitions = Readonly<Record<string, PolicyDefinition>>;

/** Ids are checked apart, so that the message can say which. */
export const policiesSchema = z.record(z.string(), policySchema, "an object of policies by id");
