import { type AccountClouds, parseSlotName, slotName } from "@polyvol/backup";
import * as z from "zod";

const FORMAT = "polyvol-fleet-job";
/** Of the data of a job. A worker leaves jobs of a later one to workers that know it. */
export const JOB_VERSION = 1;

/** What a job carries: whose turn it is, and for which slot. No secret, and nothing of the configuration. */
export interface JobData {
  /** Tells a job of a fleet from anything else on the queue. */
  readonly format: typeof FORMAT;
  /** Version of this data. */
  readonly version: number;
  /** Key of the account. */
  readonly account: string;
  /** Names of its clouds when the job was made: for people; a worker goes by its own configuration. */
  readonly clouds: readonly string[];
  /** The newest slot that was due then, ISO 8601 in UTC. */
  readonly slot: string;
}

const head = z.object({ format: z.literal(FORMAT), version: z.int().min(1) });
const data = z.object({
  ...head.shape,
  account: z.string().min(1),
  clouds: z.array(z.string()),
  slot: z.iso.datetime(),
});

/** What was found on the queue. */
export type ReadJob =
  | { readonly kind: "job"; readonly data: JobData }
  | { readonly kind: "newer"; readonly version: number }
  | { readonly kind: "unknown" };

export function jobData({ key, clouds }: AccountClouds, slot: Date): JobData {
  return { format: FORMAT, version: JOB_VERSION, account: key, clouds, slot: slot.toISOString() };
}

/** Reads the data of a job, which anybody who reaches the server may have written. */
export function readJob(value: unknown): ReadJob {
  const known = head.safeParse(value);
  if (!known.success) return { kind: "unknown" };
  if (known.data.version > JOB_VERSION) return { kind: "newer", version: known.data.version };
  const whole = data.safeParse(value);
  return whole.success ? { kind: "job", data: whole.data } : { kind: "unknown" };
}

const progress = z.object({ clouds: z.array(z.string()), finishedAt: z.iso.datetime().optional() });

/**
 * The clouds that the last attempt at a job was about, as its progress says; those that the job was made for where it was
 * never taken.
 */
export function triedClouds(job: { readonly data: unknown; readonly progress: unknown }): readonly string[] {
  const tried = progress.safeParse(job.progress);
  if (tried.success) return tried.data.clouds;
  const read = readJob(job.data);
  return read.kind === "job" ? read.data.clouds : [];
}

/**
 * When the last attempt at a job ended, in milliseconds since the Unix epoch; undefined where none has, as of a job that
 * workers died of.
 */
export function attemptEndedAt(job: { readonly progress: unknown }): number | undefined {
  const { finishedAt } = progress.safeParse(job.progress).data ?? {};
  return finishedAt === undefined ? undefined : Date.parse(finishedAt);
}

/** How an account is written in ids: they may hold no colon. */
export function accountId(key: string): string {
  return encodeURIComponent(key);
}

/** The id of a job: the same account and slot are the same job. */
export function jobId(key: string, slot: Date): string {
  return `${accountId(key)}@${slotName(slot)}`;
}

/** What {@link jobId} was made of; undefined for any other id. */
export function parseJobId(id: string): { readonly account: string; readonly slot: Date } | undefined {
  const at = id.lastIndexOf("@");
  const slot = parseSlotName(id.slice(at + 1));
  if (at < 1 || slot === undefined) return undefined;
  try {
    return { account: decodeURIComponent(id.slice(0, at)), slot };
  } catch {
    return undefined;
  }
}
