import type { AccountClouds, Policy } from "@polyvol/backup";
import type { Clock } from "@polyvol/core";
import { fitWords, omitUndefined, systemClock } from "@polyvol/core/driver";
import { type AccountSource, dueSlotOf } from "./account.ts";
import { doneSlotOf } from "./done.ts";
import { parseJobId } from "./job.ts";
import { type FleetQueue, openFleet } from "./queue.ts";
import { asked, type FleetConnection } from "./redis.ts";

/** What a look at a fleet is made of. */
export interface FleetStatusOptions extends FleetConnection {
  /** The policies of all accounts. */
  readonly policies: readonly Policy[];
  /** The accounts as they are now. */
  readonly accounts: AccountSource;
  /** Default: the machine's own clock. */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** How long after its slot an account may be not done before it is late, in milliseconds. Default one hour. */
  readonly graceMs?: number | undefined;
}

/**
 * How an account stands by its newest job: `delayed` is between two attempts, or left for another worker; `failed` is
 * parked, and a person should look: it is dispatched anew an hour later; `none`: no job, though a slot is due; `idle`: nothing is due yet; `gone`: it has a
 * job, and is not among the accounts any more.
 */
export type AccountState = "done" | "waiting" | "active" | "delayed" | "failed" | "none" | "idle" | "gone";

/** How one account stands. Instants are ISO 8601 in UTC. */
export interface AccountStatus {
  /** Its key. */
  readonly account: string;
  /** Names of its clouds; empty for one that is gone. */
  readonly clouds: readonly string[];
  /** By its newest job. */
  readonly state: AccountState;
  /** Whether its slot is due for longer than the grace, and not done. */
  readonly late: boolean;
  /** The newest slot that is due. */
  readonly dueSlot?: string;
  /** The newest slot that is done on all of its clouds. */
  readonly doneSlot?: string;
  /** How often the job has been tried. */
  readonly attempts?: number;
  /** The last words of a job that has failed or is tried again. */
  readonly reason?: string;
}

/** How a fleet stands, as plain JSON. */
export interface FleetStatus {
  /** When, ISO 8601 in UTC. */
  readonly at: string;
  /** `failed`: a job is parked; `late`: none is, and an account is late; else `well`. */
  readonly verdict: "well" | "late" | "failed";
  /** How many accounts are in each state, how many are late, and how many workers are connected. */
  readonly counts: Readonly<Record<AccountState | "late" | "accounts" | "workers", number>>;
  /** By key. */
  readonly accounts: readonly AccountStatus[];
}

const DEFAULT_GRACE_MS = 3_600_000;
const MOST_CHARACTERS = 500;

/** Looks at the queue. @throws FleetError when Redis cannot be reached or is not fit */
export async function fleetStatus(options: FleetStatusOptions): Promise<FleetStatus> {
  const { policies, clock = systemClock, graceMs = DEFAULT_GRACE_MS } = options;
  const { redis, queue, marks, close } = await openFleet(options);
  try {
    const accounts = await options.accounts({ fresh: true });
    const { done, jobs, workers } = await asked(options, async () => ({
      done: await redis.hgetall(marks.done),
      jobs: await newestJobs(queue),
      workers: await queue.getWorkersCount(),
    }));
    const now = clock.now();
    const keys = new Set(accounts.map(({ key }) => key));
    const gone = [...jobs.keys()]
      .filter((key) => !keys.has(key))
      .map((key): AccountClouds => ({ key, clouds: [] }));
    const found = [...accounts, ...gone]
      .map((account): AccountStatus => {
        const slot = dueSlotOf(account, policies, now)?.toISOString();
        const job = jobs.get(account.key);
        const known = { slot, done: doneSlotOf(done, account, now), job, late: now - graceMs };
        const standing = standingOf(account, known);
        return keys.has(account.key) ? standing : { ...standing, state: "gone" };
      })
      .sort((a, b) => (a.account < b.account ? -1 : 1));
    return { at: new Date(now).toISOString(), ...countsOf(found, workers), accounts: found };
  } finally {
    await close();
  }
}

interface SeenJob {
  readonly slot: string;
  readonly state: "waiting" | "active" | "delayed" | "failed";
  readonly attempts: number;
  readonly reason: string | undefined;
}

/** The newest job of each account that has not completed. */
async function newestJobs(queue: FleetQueue): Promise<ReadonlyMap<string, SeenJob>> {
  const newest = new Map<string, SeenJob>();
  for (const state of ["failed", "delayed", "waiting", "active"] as const) {
    for (const job of await queue.getJobs([state])) {
      const known = parseJobId(job?.id ?? "");
      if (job === undefined || known === undefined) continue;
      const slot = known.slot.toISOString();
      if ((newest.get(known.account)?.slot ?? "") > slot) continue;
      const { reason: left } = job.progress as { readonly reason?: unknown };
      const reason = job.failedReason ?? (typeof left === "string" ? left : undefined);
      newest.set(known.account, { slot, state, attempts: job.attemptsMade, reason });
    }
  }
  return newest;
}

interface Standing {
  readonly slot: string | undefined;
  readonly done: string | undefined;
  readonly job: SeenJob | undefined;
  /** A slot before this instant (milliseconds since the Unix epoch) that is not done is late. */
  readonly late: number;
}

function standingOf({ key, clouds }: AccountClouds, { slot, done, job, late }: Standing): AccountStatus {
  const isDone = slot === undefined || (done !== undefined && done >= slot);
  // What failed for an earlier slot has been made up for by a later one, or no policy asks for it any more.
  const isUnasked = job?.state === "failed" && isDone && clouds.length > 0 && job.slot > (slot ?? "");
  const isPast = isUnasked || (job !== undefined && done !== undefined && job.slot < done);
  const open = isPast ? undefined : job;
  const rest = slot === undefined ? "idle" : isDone ? "done" : "none";
  return omitUndefined({
    account: key,
    clouds,
    state: open?.state ?? rest,
    late: !isDone && Date.parse(slot) < late,
    dueSlot: slot,
    doneSlot: done,
    attempts: open?.attempts,
    reason: open?.reason === undefined ? undefined : fitWords(open.reason, MOST_CHARACTERS),
  });
}

function countsOf(
  accounts: readonly AccountStatus[],
  workers: number,
): Pick<FleetStatus, "verdict" | "counts"> {
  const zero = { done: 0, waiting: 0, active: 0, delayed: 0, failed: 0, none: 0, idle: 0, gone: 0, late: 0 };
  const counts = { ...zero, accounts: accounts.length, workers };
  for (const { state, late } of accounts) {
    counts[state] += 1;
    if (late) counts.late += 1;
  }
  return { verdict: counts.failed > 0 ? "failed" : counts.late > 0 ? "late" : "well", counts };
}
