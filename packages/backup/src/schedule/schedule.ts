import * as z from "zod";
import { parseInstant, parseInterval } from "../duration.ts";
import { timeZoneSchema } from "../retention/policy.ts";
import { parseOrThrow } from "../retention/policy-error.ts";
import { keyedObject } from "../schema.ts";
import { cronSlots, type Slots } from "./cron.ts";

const aCron = 'a cron pattern of five fields such as "0 3 * * *", or a nickname such as "@daily"';
const anInterval =
  'elapsed time above zero such as "6h" or "1h30min": whole numbers of d, h, min, s, each unit once ("m" is not a unit here)';
const anAnchor = "an ISO 8601 date and time with an offset or Z, on a whole second";
const oneOf = "exactly one of cron and every";

const definitionKeys = keyedObject({
  /** IANA name, such as `Europe/Berlin` or `UTC`. `cron` goes by its wall clock; `every` is elapsed time. */
  timezone: timeZoneSchema,
  /**
   * Five fields (minute, hour, day of month, month, day of week) or a nickname such as `@daily`. If day of month and
   * day of week are both given, a day matches when either does. A step or a range counts as given, `*` and `?` do not:
   * `0 0 * * 5` is every Friday, `0 0 1-31 * 5` every day.
   */
  cron: z.string(aCron).superRefine(checkPattern).optional(),
  /**
   * Elapsed time between slots: whole numbers of `d` (24 hours), `h`, `min` and `s`, such as `6h` or `1h30min`.
   */
  every: z
    .string(anInterval)
    .refine((text) => parseInterval(text) !== undefined, anInterval)
    .optional(),
  /**
   * One slot of `every`, ISO 8601 with an offset or Z, whole seconds; slots lie before and after it. Default
   * `1970-01-01T00:00:00Z`, so that `6h` means 00, 06, 12 and 18 o'clock UTC.
   */
  anchor: z.string(anAnchor).refine(isAnchor, anAnchor).optional(),
});

/** When to take snapshots, as written in a configuration: exactly one of `cron` and `every`. */
export interface ScheduleDefinition extends z.input<typeof definitionKeys> {}

/** Strict: an unknown key is an error, and so is a cron pattern that never comes true. */
export const scheduleSchema = definitionKeys.superRefine(checkTogether, {
  when: ({ issues }) => issues.length === 0,
});

/**
 * An endless row of slots, each one instant in UTC on a whole second. What a slot is depends on the definition
 * alone, never on when or how often it is asked.
 */
export interface Schedule extends Slots {
  /** As written. */
  readonly definition: ScheduleDefinition;
}

/** What only shows when all keys are looked at together. */
function checkTogether(definition: ScheduleDefinition, context: z.RefinementCtx): void {
  const { cron, every, anchor } = definition;
  const refuse = (message: string, path: string[]): void =>
    context.addIssue({ code: "custom", message, path, input: definition });
  if ((cron === undefined) === (every === undefined)) refuse(oneOf, []);
  if (cron !== undefined && anchor !== undefined) refuse("nothing: only every has an anchor", ["anchor"]);
}

/**
 * Checks a schedule and makes it ready to be asked for its slots.
 *
 * @throws PolicyError `invalid_argument`, listing each path, what was found and what is allowed: an unknown key or
 * zone, both or neither of `cron` and `every`, a pattern that cannot be read or never comes true, an interval of
 * zero.
 */
export function parseSchedule(value: unknown): Schedule {
  const definition = parseOrThrow(scheduleSchema, value, "schedule");
  return { definition, ...slotsOf(definition) };
}

function slotsOf({ cron, every, anchor, timezone }: ScheduleDefinition): Slots {
  if (cron !== undefined) return cronSlots(cron, timezone);
  const step = parseInterval(every ?? "");
  if (step === undefined) throw new TypeError("a checked schedule has cron or every");
  return intervalSlots(step, anchor === undefined ? 0 : (parseInstant(anchor)?.getTime() ?? 0));
}

/** Slots every `step` milliseconds, one of them at `anchor`; clock changes play no part. */
function intervalSlots(step: number, anchor: number): Slots {
  const lastAtOrBefore = (instant: number): number => anchor + Math.floor((instant - anchor) / step) * step;
  return {
    lastAtOrBefore,
    firstAfter: (instant) => lastAtOrBefore(instant) + step,
    countedAs: (slot) => slot,
  };
}

/** Whether a pattern is right does not hang on the zone: what is wrong with both is said at once. */
function checkPattern(pattern: string, context: z.RefinementCtx): void {
  try {
    cronSlots(pattern, "UTC");
  } catch (error) {
    const trouble = String(error instanceof Error ? error.message : error).replace(/^CronPattern: /, "");
    context.addIssue({ code: "custom", message: `${aCron} (${trouble})`, input: pattern });
  }
}

function isAnchor(text: string): boolean {
  return parseInstant(text)?.getUTCMilliseconds() === 0;
}
