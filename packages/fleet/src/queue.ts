import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { FleetError } from "./fleet-error.ts";
import type { JobData } from "./job.ts";
import { accountId } from "./job.ts";
import type { FleetConnection } from "./redis.ts";

/** What is kept with a job that ended: what a person reads of it. */
export interface JobResult {
  /** Snapshots that were made. */
  readonly created: number;
  /** Snapshots that were deleted. */
  readonly deleted: number;
  /** Volumes that the policies are about. */
  readonly volumes: number;
}

export type FleetQueue = Queue<JobData, JobResult>;

const DEFAULT_NAME = "polyvol";
/** Beside BullMQ's own keys, which begin with `bull:NAME:`. */
const OWN_PREFIX = "polyvol-fleet";
/** Events are for whoever looks on (a board): few are kept. */
const EVENTS_KEPT = 1_000;

/** @throws FleetError `invalid_argument` */
export function queueName({ queue = DEFAULT_NAME }: FleetConnection): string {
  if (/^[\w.-]{1,64}$/.test(queue)) return queue;
  const allowed = "1 to 64 letters, digits, `.`, `_` and `-`";
  throw new FleetError("invalid_argument", `queue: found ${JSON.stringify(queue)}; allowed: ${allowed}`);
}

export function openQueue(name: string, redis: Redis): FleetQueue {
  const queue: FleetQueue = new Queue(name, {
    connection: redis,
    streams: { events: { maxLen: EVENTS_KEPT } },
  });
  // Each call fails by itself; what the connection says beside that has no reader.
  queue.on("error", () => undefined);
  return queue;
}

/** What is kept of a queue beside its jobs. */
export interface Marks {
  /** The newest slot that is done, by account and cloud: a hash (`done.ts`). */
  readonly done: string;
  /** How long the last run of each account took that changed something, in milliseconds: a hash. */
  readonly took: string;
  /** The key of an account's lease. */
  lease(account: string): string;
}

export function marksOf(name: string): Marks {
  return {
    done: `${OWN_PREFIX}:${name}:done`,
    took: `${OWN_PREFIX}:${name}:took`,
    lease: (account) => `${OWN_PREFIX}:${name}:lease:${accountId(account)}`,
  };
}
