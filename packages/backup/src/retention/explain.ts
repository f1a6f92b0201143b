import * as z from "zod";
import { parseInstant } from "../duration.ts";
import { evaluateRetention } from "./evaluate.ts";
import { parseRetentionPolicy } from "./policy.ts";
import { parseOrThrow } from "./policy-error.ts";
import type { RetentionSnapshot, RetentionState } from "./types.ts";

/** The answer of `polyvol backup explain --output json`. */
export interface RetentionExplanation {
  /** Snapshots that stay. */
  readonly kept: readonly {
    /** As given. */
    readonly id: string;
    /** Never empty. */
    readonly reasons: readonly string[];
  }[];
  /** Snapshots that would go. */
  readonly removed: readonly {
    /** As given. */
    readonly id: string;
  }[];
}

const states: readonly RetentionState[] = [
  "available",
  "restoring",
  "creating",
  "deleting",
  "error",
  "unknown",
];
const aText = "a text that is not empty";
const aTime = "an ISO 8601 date and time with an offset or Z, such as 2026-11-21T03:14:00Z";
const someTags = 'a list of tags, each "key" or "key:value"';
const aState = `one of ${states.join(", ")}`;
const aHold = "true or false";

// Keys that retention does not use are let through, so that an export can be fed in as it is.
const snapshotSchema: z.ZodType<RetentionSnapshot> = z.object(
  {
    id: z.string(aText).min(1, aText),
    time: z.string(aTime).transform((text, context): Date => {
      const instant = parseInstant(text);
      if (instant !== undefined) return instant;
      context.addIssue({ code: "custom", message: aTime, input: text });
      return z.NEVER;
    }),
    volume: z.string(aText).min(1, aText).optional(),
    tags: z.array(z.string(someTags), someTags).optional(),
    state: z.enum(states, aState).optional(),
    held: z.boolean(aHold).optional(),
  },
  "an object with id, time and, if wanted, volume, tags, state, held",
);
const snapshotsSchema: z.ZodType<RetentionSnapshot[]> = z.array(snapshotSchema, "a list of snapshots");

/**
 * What a policy would keep of the snapshots given, and why, without any cloud. Takes the parsed JSON of
 * `polyvol backup explain`: the policy, and `[{ "id", "time", "volume"?, "tags"?, "state"?, "held"? }]`.
 *
 * The lists go volume by volume (by name), newest first. A snapshot that is not good appears as kept, with the
 * reason that it was not counted.
 *
 * @param options.now what counts as the future; default: the real time.
 * @throws PolicyError as {@link evaluateRetention}, and `invalid_argument` for snapshots that cannot be read.
 */
export function explainRetention(
  policy: unknown,
  snapshots: unknown,
  options: { readonly now?: Date | undefined } = {},
): RetentionExplanation {
  const result = evaluateRetention(
    parseRetentionPolicy(policy),
    parseOrThrow(snapshotsSchema, snapshots, "snapshots"),
    { now: options.now ?? new Date() },
  );
  const kept = result.kept.map(({ snapshot, reasons }) => ({
    id: snapshot.id,
    reasons: reasons.map(({ text }) => text),
  }));
  const ignored = result.ignored.map(({ id, state }) => ({
    id,
    reasons: [`state ${state}: not counted and not removed`],
  }));
  return { kept: [...kept, ...ignored], removed: result.removed.map(({ id }) => ({ id })) };
}
