import { omitUndefined } from "@polyvol/core/driver";
import * as z from "zod";
import { hasNul, WITHOUT_NUL } from "../command/nul.ts";
import { parseInterval } from "../duration.ts";
import { invalidArgument, type PolicyProblem, parseOrThrow, showFound } from "../retention/policy-error.ts";
import { retentionRulesSchema } from "../retention/schema.ts";
import { parseSchedule, scheduleSchema } from "../schedule/schema.ts";
import { isCredentialName } from "./environment.ts";
import type {
  BrakesDefinition,
  Hook,
  HookDefinition,
  Offsite,
  OffsiteDefinition,
  OneOrMore,
  Policy,
  PolicyDefinition,
  SelectDefinition,
} from "./types.ts";

/** Longest id of a policy. */
const MAX_ID = 32;
const anId = `an id of letters, digits and - between them, up to ${MAX_ID}`;
const ID = /^[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*$/;
const DEFAULTS = { prefix: "polyvol", concurrency: 8, maxShare: 0.5, timeoutMs: 60_000 };
/** Of the part about what leaves the cloud. */
const OFFSITE_DEFAULTS = { everyMs: 86_400_000, timeoutMs: 86_400_000 };

/**
 * Checks policies (see {@link PolicyDefinitions}) and fills in their defaults. In the order of their ids.
 *
 * @throws PolicyError `invalid_argument`, listing each path, what was found and what is allowed: no policy at all, an
 * id that cannot be part of a name or comes twice but for capitals, an unknown key or zone, contradictory rules.
 */
export function parsePolicies(value: unknown): readonly Policy[] {
  // No schema sees it: it would be left out without a word.
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"))
    throw invalidArgument([{ path: "policies.__proto__", found: showFound("__proto__"), allowed: anId }]);
  const definitions = parseOrThrow(policiesSchema, value, "policies");
  const ids = Object.keys(definitions).sort();
  const problems = [...idProblems(ids), ...formerIdProblems(definitions)];
  if (problems.length > 0) throw invalidArgument(problems);
  return ids.flatMap((id) => {
    const definition = definitions[id];
    return definition === undefined ? [] : [resolve(id, definition)];
  });
}

/** A JSON Schema of what {@link parsePolicies} takes, for editors. Zones, patterns and spans are checked by code only. */
export function policiesJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(policiesSchema, { io: "input", unrepresentable: "any" });
}

function idProblems(ids: readonly string[]): PolicyProblem[] {
  if (ids.length === 0) return [{ path: "policies", found: "{}", allowed: "at least one policy" }];
  const seen = new Map<string, string>();
  return ids.flatMap((id) => {
    const path = `policies.${id}`;
    if (!ID.test(id) || id.length > MAX_ID) return [{ path, found: showFound(id), allowed: anId }];
    const twin = seen.get(id.toLowerCase());
    seen.set(id.toLowerCase(), id);
    const allowed = "ids that differ by more than capitals";
    return twin === undefined ? [] : [{ path, found: `${showFound(id)} beside ${showFound(twin)}`, allowed }];
  });
}

/** A snapshot has one owner. */
function formerIdProblems(definitions: Readonly<Record<string, PolicyDefinition>>): PolicyProblem[] {
  const owners = new Map(Object.keys(definitions).map((id) => [id.toLowerCase(), id]));
  return Object.keys(definitions)
    .sort()
    .flatMap((id) =>
      listOf(definitions[id]?.formerIds ?? []).flatMap((former): PolicyProblem[] => {
        const path = `policies.${id}.formerIds`;
        if (!ID.test(former) || former.length > MAX_ID)
          return [{ path, found: showFound(former), allowed: anId }];
        const owner = owners.get(former.toLowerCase());
        owners.set(former.toLowerCase(), id);
        const allowed = `an id that no policy has or had: its snapshots are those of policy ${owner}`;
        return owner === undefined ? [] : [{ path, found: showFound(former), allowed }];
      }),
    );
}

function resolve(id: string, definition: PolicyDefinition): Policy {
  const { schedule, retention, brakes, hooks, offsite } = definition;
  return omitUndefined({
    id,
    formerIds: listOf(definition.formerIds ?? []),
    select: resolveSelect(definition.select),
    schedule: parseSchedule(schedule),
    retention: { ...retention, timezone: retention.timezone ?? schedule.timezone },
    prefix: definition.prefix ?? DEFAULTS.prefix,
    allowEmpty: definition.allowEmpty ?? false,
    allowAttached: definition.allowAttached ?? true,
    concurrency: definition.concurrency ?? DEFAULTS.concurrency,
    brakes: {
      maxShare: brakes?.maxShare ?? DEFAULTS.maxShare,
      minAgeMs: parseInterval(brakes?.minAge ?? "") ?? 0,
    },
    hooks: omitUndefined({
      before: hooks?.before && resolveHook(hooks.before),
      after: hooks?.after && resolveHook(hooks.after),
    }),
    offsite: offsite && resolveOffsite(offsite),
  });
}

function resolveSelect({ cloud, name, id, tags }: SelectDefinition): Policy["select"] {
  return omitUndefined({
    clouds: cloud === undefined ? undefined : listOf(cloud),
    names: name === undefined ? undefined : listOf(name),
    ids: id === undefined ? undefined : listOf(id),
    tags: tags === undefined ? undefined : listOf(tags),
  });
}

function listOf(value: OneOrMore): readonly string[] {
  return typeof value === "string" ? [value] : [...new Set(value)];
}

function resolveHook({ command, timeout, environment = [] }: HookDefinition): Hook {
  return {
    command: commandOf(command),
    timeoutMs: parseInterval(timeout ?? "") ?? DEFAULTS.timeoutMs,
    environment,
  };
}

function resolveOffsite(definition: OffsiteDefinition): Offsite {
  const { command, every, timeout, mount = false, environment = [] } = definition;
  return {
    command: commandOf(command),
    everyMs: parseInterval(every ?? "") ?? OFFSITE_DEFAULTS.everyMs,
    timeoutMs: parseInterval(timeout ?? "") ?? OFFSITE_DEFAULTS.timeoutMs,
    mount,
    environment,
  };
}

function commandOf([program = "", ...parameters]: readonly string[]): [string, ...string[]] {
  return [program, ...parameters];
}

// Each message says what is allowed; policy-error.ts adds the path and what was found.
const texts = "a text, or a list of at least one, none empty";
const aDuration = 'elapsed time above zero such as "30s" or "1h30min", of d, h, min, s, each unit once';
const aSwitch = "true or false";
const aPrefix =
  "up to 40 letters, digits and -, starting with a letter, with {cloud} and {volume} to be filled in";
const aShare = "a number above 0, up to 1";
const aCount = "a whole number from 1 to 1000";
const aCommand = "a list: a program and its arguments, the program not empty";
const aVariable = "the name of an environment variable";
const aHarmlessVariable = "the name of an environment variable that holds no credentials";
const keysOf = (shape: object): string => `an object with the keys ${Object.keys(shape).join(", ")}`;

const text = z.string(texts).min(1, texts);
const oneOrMore = z.union([text, z.array(text, texts).min(1, texts)], texts).optional();
const duration = z.string(aDuration).refine((value) => parseInterval(value) !== undefined, aDuration);
const switched = z.boolean(aSwitch).optional();

const selectShape = { cloud: oneOrMore, name: oneOrMore, id: oneOrMore, tags: oneOrMore };
const someKey = `at least one of ${Object.keys(selectShape).join(", ")}; all volumes are { name: "*" }`;
const select: z.ZodType<SelectDefinition> = z
  .strictObject(selectShape, keysOf(selectShape))
  .refine((value) => Object.keys(value).length > 0, {
    error: someKey,
    when: ({ issues }) => issues.length === 0,
  });

const command = z
  .array(
    z.string(aCommand).refine((word) => !hasNul(word), WITHOUT_NUL),
    aCommand,
  )
  .min(1, aCommand)
  .refine(([program]) => program !== "", aCommand);
const variable = (words: string): z.ZodString => z.string(words).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, words);
const variables = (each: z.ZodString): z.ZodOptional<z.ZodArray<z.ZodString>> =>
  z.array(each, "a list of names of environment variables").optional();

const hookShape = {
  command,
  timeout: duration.optional(),
  environment: variables(
    variable(aHarmlessVariable).refine((name) => !isCredentialName(name), aHarmlessVariable),
  ),
};
const hook: z.ZodType<HookDefinition> = z.strictObject(hookShape, keysOf(hookShape));
const hooksShape = { before: hook.optional(), after: hook.optional() };

const offsiteShape = {
  command,
  every: duration.optional(),
  timeout: duration.optional(),
  mount: switched,
  environment: variables(variable(aVariable)),
};
const offsite: z.ZodType<OffsiteDefinition> = z.strictObject(offsiteShape, keysOf(offsiteShape));

const brakesShape = {
  maxShare: z.number(aShare).gt(0, aShare).max(1, aShare).optional(),
  minAge: duration.optional(),
};
const brakes: z.ZodType<BrakesDefinition> = z.strictObject(brakesShape, keysOf(brakesShape));

const shape = {
  formerIds: oneOrMore,
  select,
  schedule: scheduleSchema,
  retention: retentionRulesSchema,
  prefix: z
    .string(aPrefix)
    .max(40, aPrefix)
    .regex(/^[A-Za-z](?:[A-Za-z0-9-]|\{cloud\}|\{volume\})*$/, aPrefix)
    .optional(),
  allowEmpty: switched,
  allowAttached: switched,
  concurrency: z.int(aCount).min(1, aCount).max(1000, aCount).optional(),
  brakes: brakes.optional(),
  hooks: z.strictObject(hooksShape, keysOf(hooksShape)).optional(),
  offsite: offsite.optional(),
};

/** Strict: an unknown key is an error. */
const policySchema: z.ZodType<PolicyDefinition> = z.strictObject(shape, keysOf(shape));

/** A record of policies; ids are checked apart, so that the message can say which. */
const policiesSchema: z.ZodType<Record<string, PolicyDefinition>> = z.record(
  z.string(),
  policySchema,
  "an object of policies by id",
);
