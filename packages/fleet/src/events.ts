import type { BackupEvent } from "@polyvol/backup";
import type { JobResult } from "./queue.ts";

/** Whose job it is. */
export interface JobPlace {
  /** Key of the account. */
  readonly account: string;
  /** The slot that the job was made for, ISO 8601 in UTC. */
  readonly slot: string;
}

/** What a worker does, told apart by `type`. */
export type FleetEvent =
  /** Work on an account begins. `attempt` counts from 1. */
  | (JobPlace & { readonly type: "taken"; readonly attempt: number })
  /** Progress of its run. */
  | (JobPlace & { readonly type: "backup"; readonly event: BackupEvent })
  /** All that its policies ask for is done. */
  | (JobPlace & { readonly type: "done"; readonly result: JobResult })
  /** An attempt has failed. `parked`: it was the last one. */
  | (JobPlace & { readonly type: "failed"; readonly reason: string; readonly parked: boolean })
  /** The job is back on the queue without having failed. */
  | (JobPlace & { readonly type: "returned"; readonly reason: string })
  /** A job that this version does not know is left for another worker. */
  | { readonly type: "refused"; readonly jobId: string; readonly reason: string }
  /** A worker has gone without a word, and its job is on the queue again. */
  | { readonly type: "stalled"; readonly jobId: string }
  /** The connection to Redis was lost or is there again; or it answers, and refuses (its memory is full, say). */
  | { readonly type: "redis"; readonly state: "away" | "back" | "refusing"; readonly reason: string };

/** Receives events. What it throws is ignored. */
export type FleetEventListener = (event: FleetEvent) => void;
