import * as z from "zod";
import { PolicyError, parseOrThrow, withinDepth } from "../retention/policy-error.ts";
import type { ReportedShard } from "../shard/scope.ts";
import { digestOf } from "./canonical-json.ts";
import type { BackupPlan } from "./types.ts";

const aText = "a text";
export const anInstant = "an instant such as 2026-11-21T03:00:00.000Z";
export const aCount = "a whole number from 0";
export const aList = "a list";
const object = "an object as plan() makes it, without other keys";

export const text: z.ZodString = z.string(aText);
const instant = z
  .string(anInstant)
  .refine((value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value, anInstant);
export const count: z.ZodInt = z.int(aCount).min(0, aCount);
const milliseconds = z.number(aCount).min(0, aCount);
const missed = z.strictObject(
  { count, more: z.boolean("true or false"), first: instant.exactOptional(), last: instant.exactOptional() },
  object,
);
const policy = z.strictObject(
  {
    policyId: text,
    dueSlot: instant.exactOptional(),
    newestSlot: instant.exactOptional(),
    missed,
    braked: count.exactOptional(),
  },
  object,
);
const yes = z.literal(true, "true, or nothing").exactOptional();
const creation = z.strictObject(
  { policyId: text, slot: instant, name: text, reason: text, begun: yes },
  object,
);
const named = { snapshotId: text, name: text, createdAt: instant };
const deletion = z.strictObject(
  { ...named, policyId: text, slot: instant, reason: text, failed: yes, again: yes, first: yes },
  object,
);
const keep = z.strictObject(
  { ...named, policyId: text.exactOptional(), slot: instant.exactOptional(), reasons: z.array(text, aList) },
  object,
);
const volume = z.strictObject(
  {
    cloud: text,
    provider: text,
    volumeId: text,
    volumeName: text,
    policies: z.array(policy, aList),
    create: z.array(creation, aList),
    delete: z.array(deletion, aList),
    keep: z.array(keep, aList),
  },
  object,
);
const requests = z.strictObject({ read: count, create: count, delete: count, total: count }, object);
const cloud = z.strictObject(
  { cloud: text, provider: text, volumes: count, requests, shortestMs: milliseconds },
  object,
);
const bound = z.strictObject(
  {
    account: text,
    clouds: z.array(text, aList),
    quota: z.strictObject({ requests: count, windowMs: milliseconds }, object),
    requests: count,
    shortestMs: milliseconds,
    roundRequests: count,
    roundMs: milliseconds,
    intervalMs: milliseconds,
    tooLarge: z.boolean("true or false"),
  },
  object,
);
export const shard: z.ZodType<ReportedShard> = z.strictObject(
  { index: count, count, accounts: count, accountsInAll: count, basis: text },
  object,
);
/** Problems are shown, never acted on. */
const problem = z.looseObject({ code: text, message: text, effect: text }, object);

const planSchema = z.strictObject(
  {
    format: z.literal("polyvol-backup-plan", '"polyvol-backup-plan"'),
    version: z.literal(1, "1, the version of plans that this program reads"),
    now: instant,
    timeZoneData: text.exactOptional(),
    pruneOnly: yes,
    liftBrake: yes,
    shard: shard.exactOptional(),
    basis: text,
    clouds: z.array(cloud, aList),
    bounds: z.array(bound, aList).exactOptional(),
    volumes: z.array(volume, aList),
    problems: z.array(problem, aList),
    totals: z.strictObject({ create: count, delete: count, keep: count }, object),
    digest: text,
  },
  object,
);

/**
 * Reads a stored plan (parsed JSON).
 *
 * @throws PolicyError `invalid_argument` for what is no plan of this version; `failed_precondition` when its digest does
 * not fit: it was changed after it was made
 */
export function parsePlan(value: unknown): BackupPlan {
  const parsed = parseOrThrow(planSchema as unknown as z.ZodType<BackupPlan>, value, "plan");
  const { digest, ...body } = parsed;
  const found = withinDepth("plan", () => digestOf(body));
  if (digest === found) return parsed;
  throw new PolicyError("failed_precondition", "the plan was changed after it was made; plan again", [
    { path: "plan.digest", found: digest, allowed: `${found}, the digest of its content` },
  ]);
}
