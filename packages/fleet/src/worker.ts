import type { Policy, RunOptions } from "@polyvol/backup";
import { fitWords, tell } from "@polyvol/core/driver";
import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { AccountSource, ConnectAccount } from "./account.ts";
import type { FleetEvent, FleetEventListener } from "./events.ts";
import { FleetError } from "./fleet-error.ts";
import { type JobData, parseJobId } from "./job.ts";
import { type JobContext, processJob, type RunAccount } from "./process-job.ts";
import { type JobResult, marksOf, queueName } from "./queue.ts";
import { addressOf, type FleetConnection, openRedis } from "./redis.ts";

/** What a worker is made of. */
export interface WorkerOptions extends FleetConnection {
  /** The policies of all accounts; a function is asked anew for each job. */
  readonly policies: readonly Policy[] | (() => Promise<readonly Policy[]> | readonly Policy[]);
  /** The accounts as they are now. */
  readonly accounts: AccountSource;
  /** Connects the clouds of an account, with credentials of this machine: a job carries none. */
  readonly connect: ConnectAccount;
  /** On how many accounts it works at once. They mostly wait for clouds. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * In milliseconds: a worker that gives no sign of life for so long has lost its jobs to others. Default 30,000; at least
   * 1,000.
   */
  readonly lockMs?: number | undefined;
  /** How often a job may lose its worker before it is parked as failed: it may be what kills them. Default 20. */
  readonly maxStalls?: number | undefined;
  /** Told of what happens. */
  readonly onEvent?: FleetEventListener | undefined;
  /** Options of each run, such as its clock. */
  readonly runOptions?: Omit<RunOptions, "abortSignal" | "drainSignal" | "onEvent"> | undefined;
  /** Does the work on an account, such as to record it. Default: `run` of `@polyvol/backup`. */
  readonly run?: RunAccount | undefined;
}

/** Works on jobs until it is stopped. */
export interface FleetWorker {
  /**
   * Takes no further job; what is in flight on the clouds is finished, and what is left of the jobs goes back to the queue.
   * Resolves once all of that is done.
   */
  stop(): Promise<void>;
  /** As `stop`, without finishing: what the clouds have accepted goes on there, and other workers go on from it. */
  abort(): Promise<void>;
}

const SHORTEST_LOCK_MS = 1_000;

/** Connects a worker, which begins at once. @throws FleetError when Redis cannot be reached or is not fit */
export async function createFleetWorker(options: WorkerOptions): Promise<FleetWorker> {
  const { concurrency = 10, lockMs = 30_000, maxStalls = 20, policies, onEvent } = options;
  checkWhole("concurrency", concurrency, 1);
  checkWhole("lockMs", lockMs, SHORTEST_LOCK_MS);
  checkWhole("maxStalls", maxStalls, 0);
  const name = queueName(options);
  const redis = await openRedis(options, true);
  const draining = new AbortController();
  const aborting = new AbortController();
  const emit = (event: FleetEvent): void => tell(onEvent, event);
  const context: JobContext = {
    redis,
    marks: marksOf(name),
    lockMs,
    policies: typeof policies === "function" ? policies : () => policies,
    accounts: options.accounts,
    connect: options.connect,
    run: options.run,
    runOptions: options.runOptions ?? {},
    drainSignal: draining.signal,
    abortSignal: aborting.signal,
    emit,
  };
  const worker = new Worker<JobData, JobResult>(
    name,
    (job, token = "", signal = NEVER) => processJob(context, job, token, signal),
    {
      connection: redis,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: maxStalls,
    },
  );
  tellOf(worker, redis, { emit, where: addressOf(options.redisUrl) });

  let ending: Promise<void> | undefined;
  const drain = (): Promise<void> => {
    // First it takes no further job: what it gives back is not for itself.
    ending ??= worker.close().then(() => redis.disconnect());
    draining.abort(new Error("the worker is stopping"));
    return ending;
  };
  return {
    stop: drain,
    async abort() {
      const ended = drain();
      aborting.abort(new Error("the worker was stopped at once"));
      await ended;
    },
  };
}

const NEVER = new AbortController().signal;

/** Makes events of what BullMQ says. */
function tellOf(
  worker: Worker<JobData, JobResult>,
  client: Redis,
  { emit, where }: { readonly emit: (event: FleetEvent) => void; readonly where: string },
): void {
  worker.on("completed", (job, result) => {
    const { account, slot } = job.data;
    emit({ type: "done", account, slot, result });
  });
  worker.on("failed", (job, { message: reason }) => {
    if (job === undefined) return;
    const known = parseJobId(job.id ?? "");
    const place = { account: known?.account ?? job.id ?? "", slot: known?.slot.toISOString() ?? "" };
    emit({ type: "failed", ...place, reason, parked: job.finishedOn !== undefined });
  });
  worker.on("stalled", (jobId) => emit({ type: "stalled", jobId }));
  worker.on("lockRenewalFailed", (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, "its lock was lost");
  });
  let away = false;
  worker.on("error", (error) => {
    const { code, name } = error as NodeJS.ErrnoException;
    // What the server itself says: it is full, loads its data, has become a replica.
    if (name === "ReplyError") {
      emit({ type: "redis", state: "refusing", reason: `${where}: ${fitWords(error.message)}` });
    } else if (!away && typeof code === "string") {
      away = true;
      emit({ type: "redis", state: "away", reason: `${where} is away (${code}): waiting for it` });
    }
    // All else is about one job, which tells it itself.
  });
  client.on("ready", () => {
    if (away) emit({ type: "redis", state: "back", reason: `${where} is back` });
    away = false;
  });
}

/** @throws FleetError `invalid_argument` */
function checkWhole(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new FleetError("invalid_argument", `${what}: found ${value}; allowed: a whole number from ${least}`);
}
