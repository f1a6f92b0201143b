import { PolyvolError } from "@polyvol/core";
import type * as z from "zod";

/** For each key what it must be, and the same in words. */
export type Rules<T> = { readonly [K in keyof Required<T>]: readonly [z.ZodType, string] };

/** @throws PolyvolError `invalid_argument` that names the key, what was found (of a secret its kind only) and what is allowed */
export function check<T>(
  given: unknown,
  rules: Rules<T>,
  subject: string,
  secrets: readonly string[] = [],
): T {
  if (typeof given !== "object" || given === null)
    throw refused(`${subject}: found ${show(given)}; allowed: an object`);
  for (const [key, value] of Object.entries(given)) {
    const names = Object.keys(rules);
    if (!names.includes(key))
      throw refused(`${subject} ${show(key)} does not exist; there are ${names.join(", ")}`);
    const [schema, allowed] = rules[key as keyof T];
    if (value === undefined || schema.safeParse(value).success) continue;
    const found = secrets.includes(key) ? kindOf(value) : show(value);
    throw refused(`${subject} "${key}": found ${found}; allowed: ${allowed}`);
  }
  return given as T;
}

/** An argument that is refused before anything is sent. */
export function refused(reason: string): PolyvolError {
  return new PolyvolError("invalid_argument", reason, { outcome: "not_applied" });
}

/** A value for an error message: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  return Array.isArray(value) ? "a list" : `something of type ${typeof value}`;
}
