import type { AccountClouds, Policy } from "@polyvol/backup";
import type { Clock } from "@polyvol/core";
import { systemClock } from "@polyvol/core/driver";
import type { JobsOptions } from "bullmq";
import { type AccountSource, dueSlotOf } from "./account.ts";
import { doneSlotOf } from "./done.ts";
import { accountId, attemptEndedAt, jobData, jobId, triedClouds } from "./job.ts";
import { openFleet } from "./queue.ts";
import { asked, type FleetConnection } from "./redis.ts";

/** What a dispatcher is made of. */
export interface DispatcherOptions extends FleetConnection {
  /** The policies of all accounts. */
  readonly policies: readonly Policy[];
  /** The accounts as they are now. */
  readonly accounts: AccountSource;
  /** Says what is due. Default: the machine's own clock. */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** How often a job is tried before it is parked as failed, stalled workers aside. Default 5. */
  readonly attempts?: number | undefined;
  /** Pause before the second attempt, in milliseconds; it doubles with each further one. Default 60,000. */
  readonly backoffMs?: number | undefined;
}

/** What a dispatch did. */
export interface DispatchReport {
  /** When, ISO 8601 in UTC. */
  readonly at: string;
  /** Accounts whose job is on the queue since now. */
  readonly added: readonly DispatchedAccount[];
  /** Accounts whose slot is done, on the queue, being worked on or parked. */
  readonly known: number;
  /** Accounts for which no slot has come yet, or that no policy is about. */
  readonly notDue: number;
}

/** A job that was put on the queue. */
export interface DispatchedAccount {
  /** Key of the account. */
  readonly account: string;
  /** The newest slot that is due, ISO 8601 in UTC. */
  readonly slot: string;
}

/** Puts jobs on the queue. */
export interface FleetDispatcher {
  /**
   * Puts one job for each account on the queue whose newest due slot is neither done nor on it. A job that has ended
   * without having seen some of the account's clouds makes room for a new one, and so does one that was parked an hour
   * ago, unless workers died of it. Any number of dispatchers may do it at any time.
   *
   * @throws FleetError `unreachable` when Redis went away; whatever the account source throws
   */
  dispatch(): Promise<DispatchReport>;
  /** Ends the connection. */
  close(): Promise<void>;
}

const DAY_SECONDS = 86_400;
/** For people who look. What is done is known without them. */
const KEEP_COMPLETED = { age: DAY_SECONDS, count: 10_000 };
const KEEP_FAILED = { age: 30 * DAY_SECONDS, count: 10_000 };
/** A slot whose job was parked is tried anew after so long: what was in the way may have passed, and the slot is still open. */
const PARKED_MS = 3_600_000;
/** So many jobs are put on the queue in one request. */
const BATCH = 500;

interface Due {
  readonly account: AccountClouds;
  readonly slot: Date;
}

/** Connects a dispatcher. @throws FleetError when Redis cannot be reached or is not fit */
export async function createFleetDispatcher(options: DispatcherOptions): Promise<FleetDispatcher> {
  const { policies, accounts, clock = systemClock, attempts = 5, backoffMs = 60_000 } = options;
  const { redis, queue, marks, close } = await openFleet(options);
  const jobOptions = (key: string, slot: Date): JobsOptions => ({
    jobId: jobId(key, slot),
    // One job of an account waits or is worked on; the newest slot that comes due meanwhile follows it.
    deduplication: { id: accountId(key), keepLastIfActive: true },
    attempts,
    backoff: { type: "exponential", delay: backoffMs, jitter: 0.25 },
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
    stackTraceLimit: 0,
  });

  async function dispatch(): Promise<DispatchReport> {
    const now = clock.now();
    const all = await accounts({ fresh: true });
    const due = all.flatMap((account): readonly Due[] => {
      const slot = dueSlotOf(account, policies, now);
      return slot === undefined ? [] : [{ account, slot }];
    });
    const added = await asked(options, () => addMissing(due, now));
    return {
      at: new Date(now).toISOString(),
      added: added.map(({ account, slot }) => ({ account: account.key, slot: slot.toISOString() })),
      known: due.length - added.length,
      notDue: all.length - due.length,
    };
  }

  /** Returns what was not there and is not done. */
  async function addMissing(due: readonly Due[], now: number): Promise<readonly Due[]> {
    const done = await redis.hgetall(marks.done);
    const took = await redis.hgetall(marks.took);
    // The longest first, so that none of them is the last to begin. What is not known may be long.
    const tookMs = ({ account }: Due): number => Number(took[account.key] ?? Number.POSITIVE_INFINITY);
    const open = due
      .filter(({ account, slot }) => (doneSlotOf(done, account, now) ?? "") < slot.toISOString())
      .sort((a, b) => compareNumbers(tookMs(b), tookMs(a)));
    const added: Due[] = [];
    for (let from = 0; from < open.length; from += BATCH) {
      const batch = await withoutJob(open.slice(from, from + BATCH), now);
      const jobs = await queue.addBulk(
        batch.map(({ account, slot }) => ({
          name: "backup",
          data: jobData(account, slot),
          opts: jobOptions(account.key, slot),
        })),
      );
      // Where a job of an earlier slot waits, which takes this one, too, its id is what comes back.
      const isNew = ({ account, slot }: Due, index: number): boolean =>
        jobs[index]?.id === jobId(account.key, slot);
      added.push(...batch.filter(isNew));
    }
    return added;
  }

  /** Those of which no job is there, or no longer: one that has ended and leaves work that may be done now is removed. */
  async function withoutJob(batch: readonly Due[], now: number): Promise<readonly Due[]> {
    const pipeline = redis.pipeline();
    for (const { account, slot } of batch) {
      pipeline.hmget(queue.toKey(jobId(account.key, slot)), "data", "progress", "finishedOn");
    }
    const answers = (await pipeline.exec()) ?? [];
    const without: Due[] = [];
    for (const [index, due] of batch.entries()) {
      const [error, fields] = answers[index] ?? [];
      if (error) throw error;
      const [data, progress, finishedOn] = fields as readonly (string | null)[];
      const job = { data: fromJson(data), progress: fromJson(progress) };
      const leavesWork =
        finishedOn != null && (!seesAll(triedClouds(job), due.account) || isLongAgo(job, now));
      // Nothing is removed that a worker has taken since.
      const isFree =
        data == null || (leavesWork && (await queue.remove(jobId(due.account.key, due.slot))) === 1);
      if (isFree) without.push(due);
    }
    return without;
  }

  return { dispatch, close };
}

/** Whether a job was about all that the account is made of now. */
function seesAll(tried: readonly string[], { clouds }: AccountClouds): boolean {
  return clouds.every((cloud) => tried.includes(cloud));
}

/** Whether it is time to try again what the last attempt has failed at. Clocks that differ by more put nothing off. */
function isLongAgo(job: { readonly progress: unknown }, now: number): boolean {
  const endedAt = attemptEndedAt(job);
  return endedAt !== undefined && Math.abs(now - endedAt) >= PARKED_MS;
}

/** What anybody who reaches the server may have written there. */
function fromJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** Without a difference, which of two infinities is none. */
function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
