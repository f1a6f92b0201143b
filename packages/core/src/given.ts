import { PolyvolError } from "./errors.ts";
import { show } from "./input.ts";

/** Checks a value; a zod schema fits. */
export interface ValueSchema {
  /** Says whether `value` is right; never throws. */
  safeParse(value: unknown): {
    /** Whether it is right. */
    readonly success: boolean;
  };
}

/** Every key there is, with what may stand under it: for the machine, and in words. */
export type KeyRules<T> = { readonly [Key in keyof Required<T>]: readonly [ValueSchema, string] };

/**
 * Checks what a caller gives under names: the options of an adapter, the provider options of a call. What is
 * `undefined` is not given.
 * @throws PolyvolError `invalid_argument` naming the first wrong key of `subject`, what was found there (of the keys in
 * `hidden` the type only: they may hold secrets) and what is allowed
 */
export function checkKeys<T extends object>(
  given: unknown,
  rules: KeyRules<T>,
  subject: string,
  hidden: readonly (keyof T)[] = [],
): asserts given is T {
  if (typeof given !== "object" || given === null) {
    throw refusedArgument(`${subject}: found ${kindOf(given)}, allowed: an object`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(rules, key)) {
      throw refusedArgument(`${subject}: found ${key}, allowed: ${Object.keys(rules).join(", ") || "none"}`);
    }
    const [schema, allowed] = rules[key as keyof T];
    if (value === undefined || schema.safeParse(value).success) continue;
    const found = hidden.includes(key as keyof T) ? kindOf(value) : show(value);
    throw refusedArgument(`${subject} ${key}: found ${found}, allowed: ${allowed}`);
  }
}

/** An argument that is refused before anything is sent. */
export function refusedArgument(reason: string): PolyvolError {
  return new PolyvolError("invalid_argument", reason, { outcome: "not_applied" });
}

/** What a value is, and nothing of it. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text that is not shown here";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return `a ${typeof value}`;
}
