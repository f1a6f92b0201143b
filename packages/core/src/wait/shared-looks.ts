import { abortablePromise } from "../abort.ts";
import { comparableId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import type { LookRequest, LookSource, WalkSetup } from "./look-source.ts";
import { abortedTogether } from "./looks.ts";

/*
 * Looks at resources on behalf of all calls of one storage. What is looked for at about the same time is answered by one
 * walk over the listing, where that costs fewer requests than a look for each. Three rules make such an answer as good
 * as a look of one's own:
 *
 * 1. It began after it was asked for: nobody joins a walk that is under way.
 * 2. What a walk shows is there. What it does not show is absent only when it came to the end of the listing: a walk that
 *    failed or was broken off has not looked, and whoever it did not answer looks alone.
 * 3. Even a whole listing may lag behind what was made just now. So its silence about one resource counts only for a
 *    wait for the end of one that a listing has shown before.
 */

/** The rule of costs: one walk over so many pages instead of so many single looks. */
function walkPays(looks: number, pages: number): boolean {
  return looks > Math.max(1, pages);
}

export type SharedLooks<T extends { readonly id: string }, Query> = ReturnType<
  typeof createSharedLooks<T, Query>
>;

/** Runs the part of a call that may use `all` or `find`. */
export async function inCompany<R>(
  { announce }: Pick<SharedLooks<never, never>, "announce">,
  call: Call,
  task: () => Promise<R>,
): Promise<R> {
  const leave = announce(call);
  try {
    return await task();
  } finally {
    leave();
  }
}

/** One look that is asked for. */
interface Watch<T> {
  /** Its key in the listing: of a resource, or of a query. */
  readonly key: string;
  readonly operation: string;
  readonly dueAt: number;
  readonly slackMs: number;
  readonly abortSignal: AbortSignal;
  /** It waits for company, and has so much time. Absent: it is due when it is due. */
  readonly remainingMs?: () => number;
  /** Only the end of the listing answers it. */
  readonly needsAll: boolean;
  /** An item of its key. Whether that answers it. */
  show(item: T): boolean;
  /** The walk has ended, if there was one. Whether that answers it; otherwise the resource is read by itself. */
  end(isComplete: boolean): boolean;
  readonly read?: {
    readonly id: string;
    readonly resolve: (found: T | undefined) => void;
    readonly reject: (reason: unknown) => void;
  };
}

/**
 * `patienceMs`: for so long `all` and `find` wait for company, as long as more calls are announced than a walk has pages.
 * A call that is alone never waits.
 */
export function createSharedLooks<T extends { readonly id: string }, Query>(
  source: LookSource<T, Query>,
  { clock, monotonicNow }: Pick<Runtime, "clock" | "monotonicNow">,
  patienceMs: number,
) {
  const waiting = new Set<Watch<T>>();
  let running = false;
  let wake = new AbortController();
  /** Calls that may look, and how many of them wait to. */
  const announced = new Set<Call["id"]>();
  let gathered = 0;
  /** Pages of the next walk, as expected, to the last one that is wanted; to the end it has those of `extent`. */
  let pagesToFind = 1;
  const { extent } = source;

  /** Whether those who have come wait for those who are still to come. */
  function arePatient(): boolean {
    return announced.size > gathered && walkPays(announced.size, extent.pages);
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      const next = [...waiting].reduce((at, watch) => Math.min(at, goesAt(watch)), Number.POSITIVE_INFINITY);
      wake = new AbortController();
      try {
        await clock.sleep(next - monotonicNow(), wake.signal);
      } catch {
        continue;
      }
      const now = monotonicNow();
      const due = [...waiting].filter((watch) => goesAt(watch) - watch.slackMs <= now);
      if (due.length === 0) continue;
      // Those who wait for company go along, where that spares them a look.
      const both = [...new Set([...due, ...[...waiting].filter(isGathered)])];
      const going = walkPays(singleLooks(both), extent.pages) ? both : due;
      for (const watch of going) leave(watch);
      // Rounds do not wait for each other: a slow answer for one must not hold up the looks of others.
      void round(going);
    }
    running = false;
  }

  function goesAt(watch: Watch<T>): number {
    return isGathered(watch) && arePatient() ? watch.dueAt + patienceMs : watch.dueAt;
  }

  function leave(watch: Watch<T>): void {
    if (waiting.delete(watch) && isGathered(watch)) gathered -= 1;
  }

  function join<R>(
    abortSignal: AbortSignal,
    watchOf: (resolve: (value: R) => void, reject: (reason: unknown) => void) => Watch<T>,
  ): Promise<R> {
    return abortablePromise<R>(abortSignal, (resolve, reject) => {
      const watch = watchOf(resolve, reject);
      waiting.add(watch);
      if (isGathered(watch)) gathered += 1;
      if (running) wake.abort();
      else {
        running = true;
        void run();
      }
      return () => {
        leave(watch);
        wake.abort();
      };
    });
  }

  async function round(watches: readonly Watch<T>[]): Promise<void> {
    const open = new Set(watches);
    const isWhole = watches.some(({ needsAll }) => needsAll);
    const pays = walkPays(singleLooks(watches), isWhole ? extent.pages : pagesToFind);
    const isComplete = pays && (await walk(watches, open, isWhole));
    const alone = [...open].filter((watch) => !watch.end(isComplete));
    const byId = Map.groupBy(alone, ({ key }) => key);
    await Promise.all([...byId.values()].map(readAlone));
  }

  /** Answers what it can, and takes it out of `open`. Whether it came to the end of the listing. */
  async function walk(watches: readonly Watch<T>[], open: Set<Watch<T>>, isWhole: boolean): Promise<boolean> {
    const byKey = Map.groupBy(watches, ({ key }) => key);
    const hasQueries = watches.some(({ read }) => read === undefined);
    const together = abortedTogether(watches);
    const remaining = watches.flatMap(({ remainingMs }) => remainingMs?.() ?? []);
    const setup: WalkSetup = {
      operation: watches[0]?.operation ?? "",
      abortSignal: together.signal,
      timeoutMs: remaining.length === 0 ? undefined : Math.max(1, ...remaining),
      isWhole,
    };
    let pages = 0;
    let isTooLong = false;
    try {
      for await (const { items } of source.pages(setup)) {
        pages += 1;
        for (const item of items) {
          for (const key of hasQueries ? [idKey(item.id), ...source.keysOf(item)] : [idKey(item.id)]) {
            for (const watch of byKey.get(key) ?? []) if (watch.show(item)) open.delete(watch);
          }
        }
        if (open.size === 0) break;
        isTooLong = pages >= byKey.size + (isWhole ? 1 : 0);
        if (isTooLong) break;
      }
    } catch {
      // Looks of their own say what is wrong, to whom it concerns.
      return false;
    } finally {
      together.release();
    }
    if (!isWhole) pagesToFind = Math.max(1, pages + open.size);
    const isComplete = open.size > 0 && !isTooLong;
    if (isComplete) extent.pages = Math.max(1, pages);
    else if (isWhole && isTooLong) extent.pages = 2 * pages;
    return isComplete;
  }

  async function readAlone(group: readonly Watch<T>[]): Promise<void> {
    const together = abortedTogether(group);
    const reads = group.flatMap(({ read }) => read ?? []);
    try {
      const found = await source.get(reads[0]?.id ?? "", group[0]?.operation ?? "", together.signal);
      for (const { resolve } of reads) resolve(found);
    } catch (error) {
      for (const { reject } of reads) reject(error);
    } finally {
      together.release();
    }
  }

  /** What is known of a look that waits for company. */
  function gatheredBy({ operation, abortSignal, remainingMs }: Call) {
    return { operation, abortSignal, remainingMs, dueAt: monotonicNow(), slackMs: 0 };
  }

  return {
    /**
     * Resolves with the resource as seen at `dueAt` or up to `slackMs` earlier; `undefined` when a read of that very
     * resource found nothing or, with `wasListed`, a whole listing did not show it.
     */
    look: (
      { operation, abortSignal }: Call,
      { id, dueAt, slackMs, wasListed = false }: LookRequest,
    ): Promise<T | undefined> =>
      join<T | undefined>(abortSignal, (resolve, reject) => ({
        key: idKey(id),
        operation,
        dueAt,
        slackMs,
        abortSignal,
        needsAll: wasListed,
        show: (item) => {
          resolve(item);
          return true;
        },
        end: (isComplete) => {
          if (wasListed && isComplete) resolve(undefined);
          return wasListed && isComplete;
        },
        read: { id, resolve, reject },
      })),
    /** Everything that fits, by a whole listing that began after this call; `undefined`: look alone. */
    all: async (call: Call, query: Query): Promise<readonly T[] | undefined> => {
      if (announced.size <= 1) return undefined;
      return await join<readonly T[] | undefined>(call.abortSignal, (resolve) => {
        const found: T[] = [];
        return {
          ...gatheredBy(call),
          key: source.keyOf(query),
          needsAll: true,
          show: (item) => {
            if (source.matches(item, query)) found.push(item);
            return false;
          },
          end: (isComplete) => {
            resolve(isComplete ? found : undefined);
            return true;
          },
        };
      });
    },
    /** The resource, by a listing that began after this call; `undefined`, whether it is there or not: look alone. */
    find: async (call: Call, id: string): Promise<T | undefined> => {
      if (announced.size <= 1) return undefined;
      return await join<T | undefined>(call.abortSignal, (resolve) => ({
        ...gatheredBy(call),
        key: idKey(id),
        needsAll: false,
        show: (item) => {
          resolve(item);
          return true;
        },
        end: () => {
          resolve(undefined);
          return true;
        },
      }));
    },
    /** Says that a call may use `all` or `find`. The function returned says that it will not any more. */
    announce: ({ id }: Call): (() => void) => {
      // A part of a call within another part of it is no company.
      if (announced.has(id)) return () => undefined;
      announced.add(id);
      return () => {
        announced.delete(id);
        // Those who wait for company may be all by now.
        if (gathered > 0 && !arePatient()) wake.abort();
      };
    },
  };
}

function isGathered({ remainingMs }: Watch<never>): boolean {
  return remainingMs !== undefined;
}

function idKey(id: string): string {
  return `id ${comparableId(id)}`;
}

/** Requests that they would take without a walk. */
function singleLooks(watches: readonly Watch<never>[]): number {
  return new Set(watches.map(({ key }) => key)).size;
}
