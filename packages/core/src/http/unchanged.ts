import type { core } from "zod/mini";
import type { ResponseParser } from "./types.ts";

/** Whether a schema takes a value, and would give back the same. */
type Takes = (value: unknown) => boolean;

const known = new WeakMap<ResponseParser<unknown>, Takes>();

/**
 * Whether `parser` is a schema of the library that takes `json` and would give an equal copy of it. That is so of nearly all
 * answers, and found in a quarter of the time that the copy takes; in a long listing this is what costs most. `false` says
 * nothing: the parser has the word then, and the reasons.
 */
export function isTakenUnchanged(parser: ResponseParser<unknown>, json: unknown): boolean {
  let takes = known.get(parser);
  if (takes === undefined) {
    takes = "_zod" in parser ? takesOf(parser as never) : never;
    known.set(parser, takes);
  }
  return takes(json);
}

/** The kinds of schemas that copy nothing and have nothing to say beyond the type but by checks. */
const TYPES: Readonly<Record<string, Takes>> = {
  string: (value) => typeof value === "string",
  number: Number.isFinite,
  boolean: (value) => typeof value === "boolean",
  unknown: () => true,
  custom: () => true,
};

function takesOf(schema: core.$ZodType): Takes {
  const { def } = schema._zod as core.$ZodTypes["_zod"];
  const isOfType = TYPES[def.type];
  if (isOfType !== undefined) return takesChecked(schema, isOfType);
  if (def.checks) return never;
  switch (def.type) {
    case "object":
      return def.catchall ? never : takesObject(def.shape);
    case "array": {
      const takes = takesOf(def.element);
      return (value) => Array.isArray(value) && value.every(takes);
    }
    case "nullable": {
      const takes = takesOf(def.innerType);
      return (value) => value === null || takes(value);
    }
    case "optional":
      return takesOf(def.innerType);
    case "union":
      // What the first does not take as it is, it may take in another form.
      return takesOf(def.options[0] as core.$ZodType);
    default:
      return never;
  }
}

function takesObject(shape: Readonly<Record<string, core.$ZodType>>): Takes {
  const fields = Object.entries(shape).map(([key, schema]) => {
    const { optin, optout } = schema._zod;
    return { key, takes: takesOf(schema), mayBeAbsent: optin === "optional" && optout === "optional" };
  });
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    let others = 0;
    for (const _ in value) others += 1;
    for (const { key, takes, mayBeAbsent } of fields) {
      const each = (value as Readonly<Record<string, unknown>>)[key];
      if (each === undefined ? !mayBeAbsent : !takes(each)) return false;
      if (each !== undefined) others -= 1;
    }
    // The copy would be without keys that the schema does not know.
    return others === 0;
  };
}

/** A format is a check of its own. */
function takesChecked(schema: core.$ZodType, isOfType: Takes): Takes {
  const { def } = schema._zod;
  const own = "check" in def ? [schema] : [];
  const checks = [...own, ...(def.checks ?? [])] as unknown as readonly core.$ZodCheck<unknown>[];
  if (checks.length === 0) return isOfType;
  return (value) => {
    if (!isOfType(value)) return false;
    const payload = { value, issues: [] };
    for (const { _zod } of checks) if (_zod.check(payload) !== undefined) return false;
    return payload.value === value && payload.issues.length === 0;
  };
}

function never(): boolean {
  return false;
}
