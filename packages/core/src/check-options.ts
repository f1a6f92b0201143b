import * as z from "zod";
import { PolyvolError } from "./errors.ts";
import { isTimeout, show, TIMEOUT_IN_WORDS } from "./input.ts";
import type { BlockStorageOptions } from "./options.ts";

const anyFunction = z.custom((value) => typeof value === "function");
const milliseconds = z.number().nonnegative();
const atLeastOne = z.int().positive();

/** For each option what it may be: for the machine, and in words. */
const RULES: Readonly<Record<keyof BlockStorageOptions, readonly [z.ZodType, string]>> = {
  clock: [z.looseObject({ now: anyFunction, sleep: anyFunction }), "an object with now() and sleep()"],
  onEvent: [anyFunction, "a function"],
  retry: [
    z.strictObject({
      maxAttempts: atLeastOne.optional(),
      baseDelayMs: milliseconds.optional(),
      maxDelayMs: milliseconds.optional(),
      budget: z.number().nonnegative().optional(),
    }),
    "{ maxAttempts, baseDelayMs, maxDelayMs, budget }: attempts from 1, the others from 0",
  ],
  polling: [
    z.strictObject({ initialDelayMs: milliseconds.optional(), maxDelayMs: milliseconds.optional() }),
    "{ initialDelayMs, maxDelayMs } in milliseconds",
  ],
  timeoutMs: [z.custom(isTimeout), TIMEOUT_IN_WORDS],
  waitTimeoutMs: [z.custom(isTimeout), TIMEOUT_IN_WORDS],
  listConcurrency: [atLeastOne, "a whole number from 1"],
  without: [z.array(z.string()), "a list of capabilities"],
  limits: [z.record(z.string(), z.unknown()), "an object of limits"],
  random: [anyFunction, "a function"],
};

/**
 * Checks the options that core knows. Others are let through: adapters hand on their own options together with these,
 * and check their own.
 * @throws PolyvolError `invalid_argument` naming the option, what was found and what is allowed
 */
export function checkStorageOptions(options: BlockStorageOptions): void {
  for (const [name, [schema, allowed]] of Object.entries(RULES)) {
    const value = options[name as keyof BlockStorageOptions];
    if (value === undefined || schema.safeParse(value).success) continue;
    throw new PolyvolError("invalid_argument", `option ${name}: found ${show(value)}, allowed: ${allowed}`, {
      outcome: "not_applied",
    });
  }
}
