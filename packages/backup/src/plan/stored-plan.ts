import * as z from "zod";
import type { BackupProblem } from "../problem.ts";
import { PolicyError, parseOrThrow, withinDepth } from "../retention/policy-error.ts";
import { count, instant, list, milliseconds, strictObject, text, truth } from "../schema.ts";
import { shardSchema } from "../shard/scope.ts";
import { digestOf } from "./canonical-json.ts";

const yes = z.literal(true, "true, or nothing").exactOptional();

const aPart = "an object as plan() makes it, without other keys";
const planned = <Shape extends z.core.$ZodShape>(shape: Shape) => strictObject(shape, aPart);

/** Problems are shown, never acted on. */
const problem = z.looseObject(
  { code: text, message: text, effect: text },
  aPart,
) as unknown as z.ZodType<BackupProblem>;

const placeSchema = planned({
  /** The cloud by the name of the configuration. */
  cloud: text,
  /** The driver's provider name. */
  provider: text,
  /** Id of the volume. */
  volumeId: text,
  /** Its name. */
  volumeName: text,
});

/** Where something is, or happens. */
export interface VolumePlace extends z.output<typeof placeSchema> {}

const missedSchema = planned({
  /** How many. */
  count,
  /** There are more than `count`; counting stopped. */
  more: truth,
  /** The earliest; absent when there is none. */
  first: instant.exactOptional(),
  /** The latest that was counted; absent when there is none. */
  last: instant.exactOptional(),
});

/** Slots that passed without a snapshot. */
export interface MissedSlots extends z.output<typeof missedSchema> {}

const policySchema = planned({
  /** The policy. */
  policyId: text,
  /** The newest slot that is due; absent when the schedule has none yet. */
  dueSlot: instant.exactOptional(),
  /** The slot of the newest good snapshot; absent when there is none. */
  newestSlot: instant.exactOptional(),
  /** Slots after the newest good snapshot that nothing was made for and that are past now. */
  missed: missedSchema,
  /** Where more would go than `brakes.maxShare`: how many that no rule keeps stay for now. */
  braked: count.exactOptional(),
});

/** Where a policy stands on a volume. */
export interface PlannedPolicy extends z.output<typeof policySchema> {}

const creationSchema = planned({
  /** The policy that asks for it. */
  policyId: text,
  /** The slot that it is of. */
  slot: instant,
  /** The name that it gets. */
  name: text,
  /** Why, for people. */
  reason: text,
  /** It is being made already, and only waited for. */
  begun: yes,
});

/** A snapshot to be made. */
export interface PlannedCreation extends z.output<typeof creationSchema> {}

const snapshot = {
  /** Its id. */
  snapshotId: text,
  /** Its name. */
  name: text,
  /** When it was taken. */
  createdAt: instant,
};

const deletionSchema = planned({
  ...snapshot,
  /** The policy that owns it. */
  policyId: text,
  /** The slot that it is of. */
  slot: instant,
  /** Why, for people. */
  reason: text,
  /** It has failed and is no backup: it goes before anything else is done, if it still has failed by then. */
  failed: yes,
  /** A later change, such as its deletion, has left it in error: it is deleted again, and where that fails, nothing is stopped. */
  again: yes,
  /** It goes before the new snapshot is made, as there is no room for both: without that one no rule keeps it either. */
  first: yes,
});

/** A snapshot to be deleted: one that no rule keeps, or one that has failed. */
export interface PlannedDeletion extends z.output<typeof deletionSchema> {}

const keepSchema = planned({
  ...snapshot,
  /** Absent when no policy that chooses the volume owns it. */
  policyId: text.exactOptional(),
  /** The slot that it is of; absent when no policy owns it. */
  slot: instant.exactOptional(),
  /** Never empty. */
  reasons: list(text),
});

/** A snapshot that stays. */
export interface PlannedKeep extends z.output<typeof keepSchema> {}

const volumeSchema = planned({
  ...placeSchema.shape,
  /** The policies that choose it, by id. */
  policies: list(policySchema),
  /** In the order in which they are made. */
  create: list(creationSchema),
  /** In the order in which they go. */
  delete: list(deletionSchema),
  /** Every other snapshot of the volume, newest first. */
  keep: list(keepSchema),
});

/** What becomes of one volume's snapshots. */
export interface VolumePlan extends z.output<typeof volumeSchema> {}

const cloudSchema = planned({
  /** The cloud by the name of the configuration. */
  cloud: text,
  /** The driver's provider name. */
  provider: text,
  /** Volumes that a policy chooses. */
  volumes: count,
  /** Requests when nothing goes wrong: reading everything, creations with their waiting, deletions with their checks. */
  requests: planned({
    /** To read everything. */
    read: count,
    /** For creations. */
    create: count,
    /** For deletions. */
    delete: count,
    /** All of them. */
    total: count,
  }),
  /** The shortest time in milliseconds that the provider's request quotas and snapshot gaps allow. */
  shortestMs: milliseconds,
});

/** What a run costs on one cloud. */
export interface PlannedCloud extends z.output<typeof cloudSchema> {}

const boundSchema = planned({
  /** Its key where accounts were given, else the name of its cloud. */
  account: text,
  /** Its clouds that could be read and that policies are about. */
  clouds: list(text),
  /** The quota that allows the fewest requests in the long run. */
  quota: planned({
    /** How many requests. */
    requests: count,
    /** In how many milliseconds. */
    windowMs: milliseconds,
  }),
  /** Requests of this plan. */
  requests: count,
  /** The shortest time in milliseconds that the quotas allow for them, when nothing else uses the account. */
  shortestMs: milliseconds,
  /**
   * Requests of each `intervalMs`, run after run: each policy makes a snapshot of each of its volumes and deletes one as
   * often as its schedule says, and everything is read once.
   */
  roundRequests: count,
  /** The time in milliseconds that the quota takes for so many, again and again. */
  roundMs: milliseconds,
  /** The shortest time in milliseconds between two slots of the account's policies. */
  intervalMs: milliseconds,
  /** One of the two takes longer than that: slots are missed, however many machines there are. */
  tooLarge: truth,
});

/**
 * How long the requests of one account take at the least, by the quotas that its provider states, and how often they come.
 * Known before anything is done.
 */
export interface PlannedBound extends z.output<typeof boundSchema> {}

const planSchema = planned({
  /** What this is. */
  format: z.literal("polyvol-backup-plan", '"polyvol-backup-plan"'),
  /** Of this form. */
  version: z.literal(1, "1, the version of plans that this program reads"),
  /** The instant that it was computed for. */
  now: instant,
  /** Version of the time zone data that its slots were computed by, such as `2026c`; absent where that is not known. */
  timeZoneData: text.exactOptional(),
  /** Only prunes: nothing is made. */
  pruneOnly: yes,
  /** `brakes.maxShare` is lifted. */
  liftBrake: yes,
  /** The shard that it is about; absent where it is about all clouds. */
  shard: shardSchema.exactOptional(),
  /** Digest of the policies and of everything in the clouds that it was computed from. */
  basis: text,
  /** What a run costs, by cloud. */
  clouds: list(cloudSchema),
  /** Where the bounds of accounts lie whose provider states a quota of requests; absent where there are none. */
  bounds: list(boundSchema).exactOptional(),
  /** Every volume that a policy chooses, by cloud and id. */
  volumes: list(volumeSchema),
  /** What cannot be done and why. A plan without any is a plan that can be carried out in full. */
  problems: list(problem),
  /** Over all volumes. */
  totals: planned({
    /** Snapshots to be made. */
    create: count,
    /** Snapshots to be deleted. */
    delete: count,
    /** Snapshots that stay. */
    keep: count,
  }),
  /** Digest of everything above: shows accidents. Whoever edits a plan can renew it; `apply` does not rely on it. */
  digest: text,
});

/**
 * What a run would do, as plain JSON: it can be stored, read by people, and applied later. Instants are ISO 8601 in
 * UTC. Every list has a fixed order, so two plans of one world are the same text.
 */
export interface BackupPlan extends z.output<typeof planSchema> {}

/**
 * Reads a stored plan (parsed JSON).
 *
 * @throws PolicyError `invalid_argument` for what is no plan of this version; `failed_precondition` when its digest does
 * not fit: it was changed after it was made
 */
export function parsePlan(value: unknown): BackupPlan {
  const parsed = parseOrThrow(planSchema, value, "plan");
  const { digest, ...body } = parsed;
  const found = withinDepth("plan", () => digestOf(body));
  if (digest === found) return parsed;
  throw new PolicyError("failed_precondition", "the plan was changed after it was made; plan again", [
    { path: "plan.digest", found: digest, allowed: `${found}, the digest of its content` },
  ]);
}
