import { PolyvolError } from "@polyvol/core";
import type * as z from "zod";
import { PROVIDER } from "./version.ts";

/** Every key there is, with what may stand under it: for the machine, and in words. */
export type Rules<T> = { readonly [Key in keyof Required<T>]: readonly [z.ZodType, string] };

/**
 * @throws PolyvolError `invalid_argument` naming the first wrong key of `given`, what was found there (of keys that are
 * `hidden` the type only) and what is allowed
 */
export function check<T extends object>(
  given: object,
  rules: Rules<T>,
  subject: string,
  hidden: readonly (keyof T)[] = [],
): asserts given is T {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(rules, key)) {
      throw refused(`${subject}: found ${key}, allowed: ${Object.keys(rules).join(", ") || "none"}`);
    }
    const [schema, allowed] = rules[key as keyof T];
    if (value === undefined || schema.safeParse(value).success) continue;
    const found = hidden.includes(key as keyof T) ? `a value of type ${typeof value}` : named(value);
    throw refused(`${subject} ${key}: found ${found}, allowed: ${allowed}`);
  }
}

/** The refusal of an input, before any request. */
export function refused(reason: string): PolyvolError {
  return new PolyvolError("invalid_argument", reason, { provider: PROVIDER, outcome: "not_applied" });
}

/** A found value for a message: short, on one line. */
export function named(value: unknown): string {
  const text = JSON.stringify(value) ?? `a value of type ${typeof value}`;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
