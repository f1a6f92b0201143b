/** The names that the runner and its child processes share. */
export type ClientName = "floor-http" | "floor-undici" | "ky-zod" | "dots-wrapper" | "polyvol";
export type TaskName = "list" | "list-by-default" | "create" | "stream";

export const FLOORS: readonly ClientName[] = ["floor-http", "floor-undici"];
export const PEERS: readonly ClientName[] = ["ky-zod", "dots-wrapper"];

export interface Job {
  readonly client: ClientName;
  readonly task: TaskName;
  readonly url: string;
  readonly concurrency: number;
  /** Items that must come of it; what differs is an error, not a result. */
  readonly items: number;
  /** Times that the work is done; the first ones warm up, the last one counts. */
  readonly repeats: number;
}

/** What a child process prints, as one line of JSON. */
export interface Measurement {
  readonly ms: number;
  /** Processor time of the client's process, user and system: what a busy machine changes least. */
  readonly cpuMs: number;
  /** How long its main thread waited for a processor; 0 where that is not told. */
  readonly waitedMs: number;
  /** Peak of the resident set above where it stood once the client was made. */
  readonly growthMiB: number;
}
