import type { Chunk } from "../list/source.ts";

/** How walks and single reads reach the provider; retries, deadlines and events are behind it. */
export interface LookSource<T, Query> {
  /** `undefined`: the provider says that there is no such resource. */
  get(id: string, operation: string, abortSignal: AbortSignal): Promise<T | undefined>;
  /** A listing of everything, page by page; each id once. It comes to its end, or throws. */
  pages(setup: WalkSetup): AsyncIterable<Pick<Chunk<T>, "items">>;
  matches(item: T, query: Query): boolean;
  /** What a query is about, and what items are: an item can only match queries of one of its own keys. */
  keyOf(query: Query): string;
  keysOf(item: T): readonly string[];
  /** How many pages a listing of everything takes, by the last one that somebody has read. */
  readonly extent: { pages: number };
}

export interface WalkSetup {
  readonly operation: string;
  readonly abortSignal: AbortSignal;
  /** Of each page. Default: that of every read. */
  readonly timeoutMs: number | undefined;
  /** Everything is wanted, so pages may be asked for ahead. Otherwise what is wanted may be on the first. */
  readonly isWhole: boolean;
}

/** A look that a wait is due for. */
export interface LookRequest {
  readonly id: string;
  /** By the storage's monotonic time. */
  readonly dueAt: number;
  readonly slackMs: number;
  /** The end of a resource is waited for that a listing has shown: then a whole listing without it is that end. */
  readonly wasListed?: boolean;
}
