import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { FleetError } from "./fleet-error.ts";
import { accountId, type JobData } from "./job.ts";
import { type FleetConnection, openRedis } from "./redis.ts";

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

/** The queue of a fleet, what is kept beside it, and the connection to both, until that is closed. */
export interface OpenFleet {
  readonly redis: Redis;
  readonly queue: FleetQueue;
  readonly marks: Marks;
  close(): Promise<void>;
}

/** Connects whoever asks and does not wait. @throws FleetError when Redis cannot be reached or is not fit */
export async function openFleet(connection: FleetConnection): Promise<OpenFleet> {
  const name = queueName(connection);
  const redis = await openRedis(connection, false);
  const queue: FleetQueue = new Queue(name, {
    connection: redis,
    streams: { events: { maxLen: EVENTS_KEPT } },
  });
  // Each call fails by itself; what the connection says beside that has no reader.
  queue.on("error", () => undefined);
  const close = async (): Promise<void> => {
    await queue.close();
    redis.disconnect();
  };
  return { redis, queue, marks: marksOf(name), close };
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
