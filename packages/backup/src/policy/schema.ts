import * as z from "zod";
import { hasNul, WITHOUT_NUL } from "../command/nul.ts";
import { parseInterval } from "../duration.ts";
import { retentionRulesSchema } from "../retention/schema.ts";
import { scheduleSchema } from "../schedule/schema.ts";
import { isCredentialName } from "./environment.ts";
import type {
  BrakesDefinition,
  HookDefinition,
  OffsiteDefinition,
  PolicyDefinition,
  SelectDefinition,
} from "./types.ts";

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
export const policiesSchema: z.ZodType<Record<string, PolicyDefinition>> = z.record(
  z.string(),
  policySchema,
  "an object of policies by id",
);
