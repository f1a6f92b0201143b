import { abortablePromise, onAbort } from "../abort.ts";
import type { Runtime } from "../call/runtime.ts";
import type { Chunk } from "../list/source.ts";

/** How the poller reaches the provider; retries, deadlines and events are behind it. */
export interface PollSource<T> {
  /** `undefined`: the provider says that there is no such resource. */
  get(id: string, operation: string, abortSignal: AbortSignal): Promise<T | undefined>;
  /** A listing of everything, page by page; each id once. */
  pages(operation: string, abortSignal: AbortSignal): AsyncIterable<Pick<Chunk<T>, "items">>;
}

/**
 * Looks at pending resources on behalf of all waits of one storage. Waits that are due at about the same time share
 * one round: a listing where that answers for more resources than it costs requests, single reads where not.
 */
export interface Polls<T> {
  /**
   * Resolves with the resource as seen at `dueAt` or up to `slackMs` earlier; `undefined` when a read of that very
   * resource found nothing.
   */
  look(request: LookRequest): Promise<T | undefined>;
}

export interface LookRequest {
  readonly id: string;
  readonly operation: string;
  /** By the storage's monotonic time. */
  readonly dueAt: number;
  readonly slackMs: number;
  readonly abortSignal: AbortSignal;
}

interface Watch<T> extends LookRequest {
  readonly resolve: (resource: T | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

export function createPolls<T extends { readonly id: string }>(
  source: PollSource<T>,
  { clock, monotonicNow }: Pick<Runtime, "clock" | "monotonicNow">,
): Polls<T> {
  const waiting = new Set<Watch<T>>();
  let running = false;
  let wake = new AbortController();
  /** Pages that the last listing needed to find everything: what the next one is expected to cost. */
  let expectedPages = 1;

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      const earliest = Math.min(...[...waiting].map((watch) => watch.dueAt));
      wake = new AbortController();
      try {
        await clock.sleep(earliest - monotonicNow(), wake.signal);
      } catch {
        continue;
      }
      const now = monotonicNow();
      const due = [...waiting].filter((watch) => watch.dueAt - watch.slackMs <= now);
      for (const watch of due) waiting.delete(watch);
      // Rounds do not wait for each other: a slow answer for one must not hold up the looks of others.
      void round(due);
    }
    running = false;
  }

  async function round(watches: readonly Watch<T>[]): Promise<void> {
    const byId = new Map<string, Watch<T>[]>();
    for (const watch of watches) {
      byId.set(watch.id, [...(byId.get(watch.id) ?? []), watch]);
    }
    const open = new Map(byId);
    const first = watches[0];
    if (first === undefined) return;
    if (byId.size > expectedPages && byId.size > 1) {
      const together = abortedTogether(watches.map((watch) => watch.abortSignal));
      try {
        let pages = 0;
        for await (const { items } of source.pages(first.operation, together.signal)) {
          pages += 1;
          for (const item of items) {
            for (const watch of open.get(item.id) ?? []) watch.resolve(item);
            open.delete(item.id);
          }
          if (open.size === 0 || pages >= byId.size) break;
        }
        expectedPages = Math.max(1, open.size === 0 ? pages : pages + open.size);
      } catch {
        // The single reads below say what is wrong, to whom it concerns.
      } finally {
        together.release();
      }
    }
    await Promise.all(
      [...open.values()].map(async (group) => {
        const one = group[0];
        if (one === undefined) return;
        const together = abortedTogether(group.map((watch) => watch.abortSignal));
        try {
          const resource = await source.get(one.id, one.operation, together.signal);
          for (const watch of group) watch.resolve(resource);
        } catch (error) {
          for (const watch of group) watch.reject(error);
        } finally {
          together.release();
        }
      }),
    );
  }

  return {
    look: (request) =>
      abortablePromise(request.abortSignal, (resolve, reject) => {
        const watch: Watch<T> = { ...request, resolve, reject };
        waiting.add(watch);
        if (running) wake.abort();
        else {
          running = true;
          void run();
        }
        return () => {
          waiting.delete(watch);
          wake.abort();
        };
      }),
  };
}

/** A signal that aborts when every one of `signals` has: work that somebody still waits for goes on. */
function abortedTogether(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const together = new AbortController();
  let left = signals.length;
  const releases = signals.map((signal) =>
    onAbort(signal, () => {
      left -= 1;
      if (left === 0) together.abort(signals[0]?.reason);
    }),
  );
  return {
    signal: together.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
