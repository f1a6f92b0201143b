/**
 * Options as data: each has one schema, and beside it all that errors, the reference and JSON Schemas say of it. The
 * type of a set of options follows from it, so an option is written in one place.
 */
import { type PolyvolError, refusedArgument } from "./errors.ts";
import { omitUndefined } from "./omit-undefined.ts";
import { kindOf, show } from "./words.ts";

/** Checks a value and gives it its type. A schema of zod or of `zod/mini` fits. */
export interface ValueSchema<T> {
  /** The value with its type, or the places that are wrong. Never throws. */
  safeParse(value: unknown): FittingValue<T> | UnfitValue;
}

/** A value that fits its schema. */
export interface FittingValue<T> {
  /** That it fits. */
  readonly success: true;
  /** The value. */
  readonly data: T;
}

/** A value that does not fit its schema. */
export interface UnfitValue {
  /** That it does not fit. */
  readonly success: false;
  /** The places that are wrong. */
  readonly error: {
    /** One for each place. */
    readonly issues: readonly {
      /** The keys that lead to it. */
      readonly path: readonly PropertyKey[];
    }[];
  };
}

/** What may stand under a key. */
export interface Rule<T = unknown> {
  /** Checks the value. */
  readonly schema: ValueSchema<T>;
  /** What the value may be, in words for errors: `a whole number from 1`. */
  readonly allowed: string;
  /** Whether it must be given. Default `false`. */
  readonly required?: boolean;
  /** Whether errors tell only what kind of value was found, because it may hold a secret. Default `false`. */
  readonly hidden?: boolean;
  /** The rules of the keys within the value, where it is a group of options. */
  readonly parts?: Rules;
}

/** An option: its rule, and what the reference says of it. */
export interface Option<T = unknown> extends Rule<T> {
  /** What it does, in sentences, with its unit. */
  readonly description: string;
  /** The value where it is left out. */
  readonly default?: T;
  /** The default in words, where it is no plain value: `the driver's`. */
  readonly defaultText?: string;
  /** A value for the reference. */
  readonly example?: unknown;
  /** Environment variables that it is read from where it is left out, first to last. */
  readonly variables?: readonly string[];
  /** Whether it is a credential, which a configuration file names by reference. Default `false`. */
  readonly secret?: boolean;
  /** Whether only code can give it, such as a function. Default `false`. */
  readonly codeOnly?: boolean;
}

/** Rules by key. */
export type Rules = Readonly<Record<string, Rule>>;
/** Options by name. */
export type Options = Readonly<Record<string, Option>>;

/** The type of the value of a rule. */
type ValueOf<R> = R extends { readonly schema: ValueSchema<infer T> } ? T : never;
/** The type of values that callers give by a set of rules: each key may be left out, or be `undefined`, which is the same. */
export type ValuesOf<R extends Rules> = { readonly [Key in keyof R]?: ValueOf<R[Key]> | undefined };
/** The same, checked: a key is absent or has a value. */
export type CheckedOf<R extends Rules> = { readonly [Key in keyof R]?: ValueOf<R[Key]> };

type Given<R extends Rules> = {
  [Key in keyof R]: R[Key] extends { readonly default: unknown } | { readonly required: true } ? Key : never;
}[keyof R];
/** The type of a set of options with the defaults filled in: those and what is required are there. */
export type FilledOf<R extends Rules> = CheckedOf<R> & {
  readonly [Key in Given<R>]-?: ValueOf<R[Key]>;
};

/** An option that has a value where it is left out. */
export interface DefaultedOption<T> extends Option<T> {
  /** The value where it is left out. */
  readonly default: T;
}
/** An option that has to be given. */
export interface RequiredOption<T> extends Option<T> {
  /** That it must be given. */
  readonly required: true;
}

/** Declares what may stand under a key: a check, and the same in words. */
export function rule<T>(schema: ValueSchema<T>, allowed: string): Rule<T> {
  return { schema, allowed };
}

type Said<O extends Option> = Omit<O, "schema" | "parts">;
/** Declares an option. Its type follows from the schema. */
export function option<T>(
  schema: ValueSchema<T>,
  said: Said<DefaultedOption<NoInfer<T>>>,
): DefaultedOption<T>;
export function option<T>(schema: ValueSchema<T>, said: Said<RequiredOption<NoInfer<T>>>): RequiredOption<T>;
export function option<T>(schema: ValueSchema<T>, said: Said<Option<NoInfer<T>>>): Option<T>;
export function option<T>(schema: ValueSchema<T>, said: Said<Option<NoInfer<T>>>): Option<T> {
  return { ...said, schema };
}

/** Declares an option that is a group of others. */
export function optionGroup<Parts extends Options>(
  parts: Parts,
  said: Omit<Said<Option>, "default" | "allowed">,
): Option<ValuesOf<Parts>> {
  const schema: ValueSchema<ValuesOf<Parts>> = {
    safeParse: (value) => {
      const { values, problems } = check(value, parts, []);
      return problems.length === 0
        ? { success: true, data: values as ValuesOf<Parts> }
        : { success: false, error: { issues: problems } };
    },
  };
  return { ...said, schema, allowed: Object.keys(parts).join(", "), parts };
}

/** A value that does not fit its rule. */
export interface ValueProblem {
  /** The keys that lead to it; empty for the whole. */
  readonly path: readonly PropertyKey[];
  /** What is there; never a secret. */
  readonly found: string;
  /** What may be there, in words. */
  readonly allowed: string;
}

/**
 * Checks what a caller gives by names, and copies it. What is `undefined` is not given.
 * @param subject What the names are of, for errors: `option`
 * @throws PolyvolError `invalid_argument` naming each wrong key (five at most), what was found and what is allowed
 */
export function parseValues<R extends Rules>(given: unknown, rules: R, subject = ""): CheckedOf<R> {
  const { values, problems } = check(given, rules, []);
  if (problems.length === 0) return values as CheckedOf<R>;
  throw refusedValues(problems, subject);
}

const PROBLEMS: unique symbol = Symbol.for("polyvol.valueProblems") as never;

/** The error about values that do not fit: five of them in words, and all of them for {@link valueProblems}. */
export function refusedValues(problems: readonly ValueProblem[], subject: string): PolyvolError {
  const words = problems.slice(0, 5).map(({ path, found, allowed }) => {
    const place = [subject, pathText(path)].filter(Boolean).join(" ") || "input";
    return `${place}: found ${found}, allowed: ${allowed}`;
  });
  return Object.defineProperty(refusedArgument(words.join("; ")), PROBLEMS, { value: problems });
}

/** The values that an error is about, whichever copy of this package has thrown it; none where it is about something else. */
export function valueProblems(error: PolyvolError): readonly ValueProblem[] {
  return (error as { readonly [PROBLEMS]?: readonly ValueProblem[] })[PROBLEMS] ?? [];
}

/** `given`, and the default of every option that it leaves out. */
export function withDefaults<O extends Options>(given: ValuesOf<O>, options: O): FilledOf<O> {
  const defaults = Object.entries(options).flatMap(([key, each]) =>
    each.default === undefined ? [] : [[key, each.default]],
  );
  return { ...Object.fromEntries(defaults), ...omitUndefined(given) } as unknown as FilledOf<O>;
}

/** What is allowed at a path, in words: of the innermost group or option that has a rule. */
export function allowedAt(rules: Rules, [key = "", ...rest]: readonly PropertyKey[]): string | undefined {
  const rule = Object.hasOwn(rules, key) ? rules[String(key)] : undefined;
  const within = rule?.parts === undefined ? undefined : allowedAt(rule.parts, rest);
  return within ?? rule?.allowed;
}

interface Checked {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly ValueProblem[];
}

function check(given: unknown, rules: Rules, path: readonly PropertyKey[]): Checked {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { values: {}, problems: [{ path, found: kindOf(given), allowed: "an object" }] };
  }
  const values: Record<string, unknown> = {};
  const problems: ValueProblem[] = [];
  for (const [key, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      problems.push({ path, found: key, allowed: Object.keys(rules).join(", ") || "none" });
    } else if (value !== undefined) {
      const result = checkValue(value, rule, [...path, key]);
      problems.push(...result.problems);
      values[key] = result.value;
    }
  }
  for (const [key, { required, allowed }] of Object.entries(rules)) {
    const isMissing = required === true && (given as Readonly<Record<string, unknown>>)[key] === undefined;
    if (isMissing) problems.push({ path: [...path, key], found: "nothing", allowed });
  }
  return { values, problems };
}

function checkValue(
  value: unknown,
  { schema, allowed, hidden, parts }: Rule,
  path: readonly PropertyKey[],
): { readonly value?: unknown; readonly problems: readonly ValueProblem[] } {
  if (parts !== undefined) {
    const { values, problems } = check(value, parts, path);
    return { value: values, problems };
  }
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, problems: [] };
  if (hidden) return { problems: [{ path, found: kindOf(value), allowed }] };
  const within = result.error.issues[0]?.path ?? [];
  return { problems: [{ path: [...path, ...within], found: show(valueAt(value, within)), allowed }] };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** `quotas[0].requests` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
