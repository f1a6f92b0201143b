import { type BlockStorageOptions, CAPABILITIES } from "@polyvol/core";
import type { OptionRule } from "./registration.ts";

/** Options that only code can give; they are not for files. */
export type CodeOnly = "clock" | "fetch" | "onEvent" | "random";

/** @internal A whole number from `minimum`, said in words too. */
export function whole(minimum: number, unit: string): OptionRule {
  return { schema: { type: "integer", minimum }, allowed: `a whole number${unit} from ${minimum}` };
}

/** @internal One of a few words. */
export function oneOf(...words: string[]): OptionRule {
  return { schema: { enum: words }, allowed: words.join(", ") };
}

const wholeFrom = (minimum: number): object => ({ type: "integer", minimum });
const object = (properties: object): Record<string, unknown> => ({
  type: "object",
  additionalProperties: false,
  properties,
});

/** What every storage takes. */
export const COMMON_OPTIONS: Readonly<Record<Exclude<keyof BlockStorageOptions, CodeOnly>, OptionRule>> = {
  timeoutMs: whole(1, " of milliseconds"),
  waitTimeoutMs: whole(1, " of milliseconds"),
  listConcurrency: whole(1, ""),
  retry: {
    schema: object({
      maxAttempts: wholeFrom(1),
      baseDelayMs: wholeFrom(0),
      maxDelayMs: wholeFrom(0),
      budget: wholeFrom(0),
    }),
    allowed: "maxAttempts, baseDelayMs, maxDelayMs and budget, whole numbers",
  },
  polling: {
    schema: object({ initialDelayMs: wholeFrom(0), maxDelayMs: wholeFrom(0) }),
    allowed: "initialDelayMs and maxDelayMs, whole numbers of milliseconds",
  },
  without: {
    schema: { type: "array", items: { enum: [...CAPABILITIES] } },
    allowed: `a list of ${CAPABILITIES.join(", ")}`,
  },
  limits: { schema: { type: "object" }, allowed: "a mapping of limits that differ for this account" },
};

/** What every adapter takes that speaks HTTP. */
export const HTTP_OPTIONS: Readonly<
  Record<"baseUrl" | "quotas" | "maxConcurrency" | "attemptTimeoutMs", OptionRule>
> = {
  baseUrl: {
    schema: { type: "string", pattern: "^https?://" },
    allowed: "an https URL, or an http one of a loopback address",
  },
  quotas: {
    schema: {
      type: "array",
      items: {
        ...object({ requests: wholeFrom(1), windowMs: wholeFrom(1) }),
        required: ["requests", "windowMs"],
      },
    },
    allowed: "a list of { requests, windowMs }, whole numbers from 1",
  },
  maxConcurrency: whole(1, ""),
  attemptTimeoutMs: whole(1, " of milliseconds"),
};
