import { type AccountClouds, type Policy, type RunOptions, type RunReport, run } from "@polyvol/backup";
import { systemClock } from "@polyvol/core/driver";
import { DelayedError, type Job, UnrecoverableError, WaitingError } from "bullmq";
import type { Redis } from "ioredis";
import { type AccountSource, type ConnectAccount, dueSlotOf, missingClouds, policiesFor } from "./account.ts";
import { doneSlotOf, readDone, writeDone } from "./done.ts";
import type { FleetEvent, JobPlace } from "./events.ts";
import { JOB_VERSION, type JobData, readJob } from "./job.ts";
import { type Lease, takeLease } from "./lease.ts";
import { isWorthAnother, summaryOf, wordsOf } from "./outcome.ts";
import type { JobResult, Marks } from "./queue.ts";

/** Does the work of one account. Default: `run` of `@polyvol/backup`. */
export type RunAccount = (
  policies: readonly Policy[],
  clouds: Awaited<ReturnType<ConnectAccount>>,
  options: RunOptions,
  place: JobPlace,
) => Promise<RunReport>;

/** What working on a job takes. */
export interface JobContext {
  readonly redis: Redis;
  readonly marks: Marks;
  readonly lockMs: number;
  readonly policies: () => Promise<readonly Policy[]> | readonly Policy[];
  readonly accounts: AccountSource;
  readonly connect: ConnectAccount;
  readonly run: RunAccount | undefined;
  readonly runOptions: RunOptions;
  /** Begins nothing new; the job goes back to the queue. */
  readonly drainSignal: AbortSignal;
  /** Ends the run at once. */
  readonly abortSignal: AbortSignal;
  readonly emit: (event: FleetEvent) => void;
}

export type FleetJob = Job<JobData, JobResult>;

/** A job that this version cannot read is looked at again after so long: a newer worker may take it before. */
const NEWER_PAUSE_MS = 60_000;
/** A job whose slot is to come is looked at again after so long at the most: it keeps back those of earlier slots. */
const AHEAD_PAUSE_MS = 600_000;
/** An account that is busy is looked at again after so long at the most. */
const BUSY_PAUSE_MS = 10_000;

const STOPPING = "the worker is stopping; what was in flight is finished";

/**
 * Does a job: resolves with what was done, or rejects. A rejection with one of BullMQ's own errors says that the job has
 * been moved elsewhere, and does not count as an attempt.
 */
export async function processJob(
  context: JobContext,
  job: FleetJob,
  token: string,
  unlocked: AbortSignal,
): Promise<JobResult> {
  const read = readJob(job.data);
  if (read.kind === "unknown") {
    throw new UnrecoverableError("it is no job of a fleet: something else was put on this queue");
  }
  if (read.kind === "newer") {
    const reason = `it is of version ${read.version}, and this worker knows ${JOB_VERSION}: update Polyvol on this machine`;
    await job.updateProgress({ reason });
    context.emit({ type: "refused", jobId: job.id ?? "", reason });
    return await later(job, token, NEWER_PAUSE_MS, reason);
  }
  const { account, slot } = read.data;
  const place = { account, slot };
  // It came while the worker was closing, and nobody has heard of it here.
  if (context.drainSignal.aborted) return await toWaiting(job, token, STOPPING);
  const lease = await takeLease(context.redis, context.marks.lease(account), context.lockMs);
  if ("busyMs" in lease) {
    const reason = "another job of the account is being worked on";
    context.emit({ type: "returned", ...place, reason });
    return await later(job, token, Math.min(lease.busyMs, BUSY_PAUSE_MS), reason);
  }
  try {
    return await withLease(context, { job, token, unlocked, place, clouds: read.data.clouds, lease });
  } finally {
    await lease.release();
  }
}

interface Held {
  readonly job: FleetJob;
  readonly token: string;
  readonly unlocked: AbortSignal;
  readonly place: JobPlace;
  /** What the account was made of when the job was made. */
  readonly clouds: readonly string[];
  readonly lease: Lease;
}

async function withLease(context: JobContext, held: Held): Promise<JobResult> {
  const { job, place, lease, unlocked } = held;
  const { emit, drainSignal, abortSignal } = context;
  const clock = context.runOptions.clock ?? systemClock;
  emit({ type: "taken", ...place, attempt: job.attemptsMade + 1 });
  const seen = await readConfiguration(context, held, clock.now());
  const { account } = seen;
  if (account === undefined) {
    throw new UnrecoverableError(
      `account ${place.account} is not among the accounts of the configuration any more; nothing was done and nothing deleted`,
    );
  }
  const policies = policiesFor(account, seen.policies);
  const beganAt = clock.now();
  if (isAhead(place, beganAt) && !(await hasWork(context, account, policies, beganAt)))
    return await untilItComes(context, held, beganAt);
  let report: RunReport;
  try {
    report = await (context.run ?? run)(
      policies,
      await context.connect(account),
      {
        ...context.runOptions,
        abortSignal: AbortSignal.any([lease.lost, unlocked, abortSignal]),
        drainSignal,
        onEvent: (event) => emit({ type: "backup", ...place, event }),
      },
      place,
    );
  } catch (error) {
    if (lease.lost.aborted || unlocked.aborted)
      return await giveBack(context, held, "the account may be another worker's now");
    if (abortSignal.aborted) return await giveBack(context, held, "the worker was stopped at once");
    await job.updateProgress({ clouds: account.clouds, finishedAt: new Date(clock.now()).toISOString() });
    throw error;
  }
  if (report.stopped) return await giveBack(context, held, STOPPING);
  await job.updateProgress(summaryOf(report, account.clouds));
  const startedAt = Date.parse(report.startedAt);
  const unseen = unseenOf(held, seen, startedAt);
  const reason = [...(report.ok ? [] : [wordsOf(report)]), ...unseen].join("; ");
  if (!report.ok && isWorthAnother(report)) throw new Error(reason);
  await markDone(context, account, policies, report);
  // What was due is done; the slot of the job was not.
  if (isAhead(place, startedAt)) return await untilItComes(context, held, startedAt);
  // That something is not seen is not its end: it is looked for again.
  if (unseen.length > 0) throw new Error(reason);
  if (!report.ok) throw new UnrecoverableError(reason);
  const { created, deleted } = report.totals;
  return { created, deleted, volumes: report.volumes.length };
}

/** Whether the slot has not come at that instant: a run has no part in it then, and it is not done by one. */
function isAhead({ slot }: JobPlace, now: number): boolean {
  return Date.parse(slot) > now;
}

/** Whether something is due that is not known to be done. */
async function hasWork(
  { redis, marks }: JobContext,
  account: AccountClouds,
  policies: readonly Policy[],
  now: number,
): Promise<boolean> {
  const due = dueSlotOf(account, policies, now)?.toISOString();
  if (due === undefined) return false;
  return (doneSlotOf(await readDone(redis, marks.done, account), account, now) ?? "") < due;
}

/** Leaves a job whose slot has not come here: the clocks of two machines are never quite the same. */
async function untilItComes({ emit }: JobContext, { job, token, place }: Held, now: number): Promise<never> {
  const reason =
    `slot ${place.slot} has not come by this machine's clock, which shows ${new Date(now).toISOString()}: ` +
    "it is behind that of the machine that dispatches";
  await job.updateProgress({ reason });
  emit({ type: "returned", ...place, reason });
  return await later(job, token, Math.min(Date.parse(place.slot) - now, AHEAD_PAUSE_MS), reason);
}

interface SeenConfiguration {
  readonly accounts: readonly AccountClouds[];
  readonly account: AccountClouds | undefined;
  readonly policies: readonly Policy[];
}

/**
 * Reads accounts and policies, anew where what is remembered lacks something of the job's. What was seen of the account
 * stays with the job: when it has ended, and the rest is seen again, the next dispatch knows that it was not done.
 */
async function readConfiguration(context: JobContext, held: Held, now: number): Promise<SeenConfiguration> {
  const read = async (fresh: boolean): Promise<SeenConfiguration> => {
    const accounts = await context.accounts({ fresh });
    const account = accounts.find(({ key }) => key === held.place.account);
    return { accounts, account, policies: await context.policies() };
  };
  let clouds: readonly string[] = [];
  try {
    const known = await read(false);
    const lacks = held.clouds.some((cloud) => !known.account?.clouds.includes(cloud));
    const isCurrent = known.account !== undefined && !lacks && asksForSlot(held, known, now);
    const found = isCurrent ? known : await read(true);
    clouds = found.account?.clouds ?? [];
    return found;
  } finally {
    await held.job.updateProgress({ clouds });
  }
}

/** Whether the policies here know of the job's slot, or of a newer one that is due; of one that is to come nothing is said. */
function asksForSlot(
  { place, clouds }: Held,
  { account, policies }: SeenConfiguration,
  now: number,
): boolean {
  const all = { key: place.account, clouds: [...new Set([...clouds, ...(account?.clouds ?? [])])] };
  const due = dueSlotOf(all, policies, now)?.getTime() ?? Number.NEGATIVE_INFINITY;
  return isAhead(place, now) || due >= Date.parse(place.slot);
}

/** In words what of the job the configuration here does not show, so that it was not done. */
function unseenOf(held: Held, seen: SeenConfiguration, now: number): readonly string[] {
  const { account, slot } = held.place;
  const missing = missingClouds(held.clouds, seen.accounts, seen.policies);
  const words: string[] = [];
  if (missing.length > 0) {
    const names = missing.join(", ");
    words.push(
      `of account ${account} the configuration does not show ${names} any more, and nothing was done there`,
    );
  }
  if (!asksForSlot(held, seen, now)) {
    words.push(
      `no policy of this machine asks for slot ${slot}: its configuration is another than that of the machine that ` +
        "dispatches, or has changed since; what it asks for is done",
    );
  }
  return words;
}

async function giveBack({ emit }: JobContext, { job, token, place }: Held, reason: string): Promise<never> {
  emit({ type: "returned", ...place, reason });
  return await toWaiting(job, token, reason);
}

/** Puts a job to the front of the queue. Where its lock is gone, it is there already, or soon will be. */
async function toWaiting(job: FleetJob, token: string, reason: string): Promise<never> {
  await job.moveToWait(token).catch(() => undefined);
  throw new WaitingError(reason);
}

async function later(job: FleetJob, token: string, ms: number, reason: string): Promise<never> {
  await job.moveToDelayed(Date.now() + ms, token);
  throw new DelayedError(reason);
}

/** Only whoever has the lease of an account writes its marks. */
async function markDone(
  { redis, marks, runOptions }: JobContext,
  account: AccountClouds,
  policies: readonly Policy[],
  { startedAt, finishedAt, totals }: RunReport,
): Promise<void> {
  // It took whatever was due when it began, also what has come due since the job was made.
  const due = dueSlotOf(account, policies, Date.parse(startedAt));
  if (due !== undefined) {
    const now = (runOptions.clock ?? systemClock).now();
    await writeDone(redis, marks.done, account, due.toISOString(), now);
  }
  if (totals.created + totals.deleted === 0) return;
  await redis.hset(marks.took, account.key, Date.parse(finishedAt) - Date.parse(startedAt));
}
