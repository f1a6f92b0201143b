import * as z from "zod";
import { aCount, aList, anInstant, count, shard, text } from "../plan/schema.ts";
import { parseOrThrow } from "../retention/policy-error.ts";
import type { BackupStatus } from "./status.ts";

const object = "an object as status() makes it";

const instant = z.iso.datetime(anInstant);
const freshness = z.enum(["fresh", "late", "missing", "new"], "fresh, late, missing or new");
const offsite = z.looseObject(
  {
    state: z.enum(["fresh", "late", "never", "new", "unknown"], "fresh, late, never, new or unknown"),
    deadline: instant.exactOptional(),
  },
  object,
);
const volume = z.looseObject(
  {
    cloud: text,
    provider: text,
    volumeId: text,
    volumeName: text,
    policyId: text,
    freshness,
    overdueMs: z.number(aCount),
    deadline: instant.exactOptional(),
    snapshots: count,
    failed: count,
    nextSlot: instant.exactOptional(),
    offsite: offsite.exactOptional(),
  },
  object,
);
const what = z.enum(["selector", "id", "name", "cloud"], "selector, id, name or cloud");

/** What is put together is checked; what is only shown is passed on. */
const statusSchema = z.looseObject(
  {
    now: instant,
    graceMs: z.number(aCount).exactOptional(),
    verdict: z.enum(["fresh", "stale", "failed"], "fresh, stale or failed"),
    counts: z.strictObject({ fresh: count, late: count, missing: count, new: count }, object),
    volumes: z.array(volume, aList),
    unread: z.array(text, aList),
    problems: z.array(z.looseObject({ code: text, message: text, effect: text }, object), aList),
    shard: z.optional(shard),
    unmatched: z.optional(
      z.array(z.strictObject({ policyId: text, what, value: text.exactOptional() }, object), aList),
    ),
  },
  object,
);

/**
 * Reads a stored status (parsed JSON).
 *
 * @param root what problems call it
 * @throws PolicyError `invalid_argument` for what is none
 */
export function parseStatus(value: unknown, root = "status"): BackupStatus {
  return parseOrThrow(statusSchema as unknown as z.ZodType<BackupStatus>, value, root);
}
