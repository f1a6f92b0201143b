import { checkLimit, checkPageOptions } from "../input.ts";
import type { PageOptions } from "../options.ts";
import { walkNumbered } from "./numbered.ts";
import { walkCursor, walkMarker } from "./sequential.ts";
import type { Chunk, PageSource, Walk } from "./source.ts";
import { decodePosition, encodePosition, MAX_RESUME_IDS } from "./token.ts";

/** One page of a listing, cut by Polyvol (not by the provider). */
export interface ListingPage<T> {
  /** In the provider's order. */
  readonly items: readonly T[];
  /** Continues after this page, in another process too. Absent on the last page. Opaque. */
  readonly continuationToken?: string;
}

/**
 * A listing that has not begun: iterating sends the requests, leaving the loop stops them. No id comes twice, and
 * every item that existed throughout is seen, as long as the provider's own order is stable
 * (https://github.com/polyvol/polyvol/blob/main/docs/semantics.md#reading).
 * Each iteration starts anew.
 */
export interface Listing<T> extends AsyncIterable<T> {
  /** The same listing page by page. */
  byPage(options?: PageOptions): AsyncIterableIterator<ListingPage<T>>;
  /** All items, at most `limit` of them (default: no limit). */
  toArray(options?: { readonly limit?: number | undefined }): Promise<T[]>;
}

export interface ListingSetup<T extends { readonly id: string }> {
  /** Names what is listed, with its filters: tokens belong to it. */
  readonly name: string;
  readonly source: PageSource<T>;
  /** Which of the provider's items belong to the listing. */
  readonly matches: (item: T) => boolean;
  readonly abortSignal: AbortSignal | undefined;
  /** Gives errors that no single request has (a token, pages without end) what all others carry. */
  readonly describeError: (error: unknown) => unknown;
  /** Called when a listing has been read from its beginning to its end; what it throws ends the listing. */
  readonly atEnd?: (() => Promise<void>) | undefined;
}

export function createListing<T extends { readonly id: string }>(setup: ListingSetup<T>): Listing<T> {
  const walk = describing(walkOf(setup.source), setup);
  return {
    [Symbol.asyncIterator]: () => iterateItems(walk(undefined, signalOf(setup)), setup.matches),
    byPage: (options) => iteratePages(setup, walk, options),
    toArray: async (options) => {
      const limit = checked(setup, () => checkLimit(options));
      const items: T[] = [];
      if (limit === 0) return items;
      for await (const chunk of walk(undefined, signalOf(setup))) {
        for (const item of chunk.items) {
          if (!setup.matches(item)) continue;
          items.push(item);
          if (items.length >= limit) return items;
        }
      }
      return items;
    },
  };
}

/** What is checked before a listing begins. */
function checked<V>({ describeError }: Pick<ListingSetup<never>, "describeError">, check: () => V): V {
  try {
    return check();
  } catch (error) {
    throw describeError(error);
  }
}

function signalOf({ abortSignal }: { readonly abortSignal: AbortSignal | undefined }): AbortSignal {
  return abortSignal ?? new AbortController().signal;
}

/** Walks a listing in the way that its paging allows. */
export function walkOf<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  switch (source.paging.style) {
    case "numbered":
      return walkNumbered(source);
    case "marker":
      return walkMarker(source);
    case "cursor":
      return walkCursor(source);
  }
}

function describing<T>(
  walk: Walk<T>,
  { describeError, atEnd }: Pick<ListingSetup<never>, "describeError" | "atEnd">,
): Walk<T> {
  return async function* described(from, abortSignal) {
    try {
      yield* walk(from, abortSignal);
      if (from === undefined) await atEnd?.();
    } catch (error) {
      throw describeError(error);
    }
  };
}

async function* iteratePages<T extends { readonly id: string }>(
  setup: ListingSetup<T>,
  walk: Walk<T>,
  options: PageOptions | undefined,
): AsyncGenerator<ListingPage<T>, void, undefined> {
  const { pageSize = 100, continuationToken: token } = checked(setup, () => checkPageOptions(options));
  const from = token === undefined ? undefined : checked(setup, () => decodePosition(token, setup.name));
  let items: T[] = [];
  let resumeIds: string[] = [...(from?.resumeIds ?? [])];
  let pending: ListingPage<T> | undefined;
  for await (const chunk of walk(from, signalOf(setup))) {
    for (const [offset, item] of chunk.items.entries()) {
      if (items.length === 0 && pending !== undefined && setup.matches(item)) {
        yield pending;
        pending = undefined;
      }
      resumeIds = [item.id, ...resumeIds].slice(0, MAX_RESUME_IDS);
      if (!setup.matches(item)) continue;
      items.push(item);
      if (items.length < pageSize) continue;
      pending = {
        items,
        continuationToken: encodePosition({ listing: setup.name, resumeIds, ...chunk.positionAt(offset) }),
      };
      items = [];
    }
  }
  // A page is given out when the item after it is known, so that the last one carries no token.
  if (pending !== undefined) yield items.length === 0 ? { items: pending.items } : pending;
  if (items.length > 0) yield { items };
}

/**
 * The items of `chunks` one by one. By hand instead of an async generator, which makes several promises an item: here
 * an item that is there already costs one. Calls of `next()` that overlap are answered in their order.
 */
function iterateItems<T>(
  chunks: AsyncGenerator<Chunk<T>, void, undefined>,
  matches: (item: T) => boolean,
): AsyncIterableIterator<T> {
  let items: readonly T[] = [];
  let position = 0;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  function takeNext(): IteratorYieldResult<T> | undefined {
    while (position < items.length) {
      const value = items[position] as T;
      position += 1;
      if (matches(value)) return { done: false, value };
    }
    return undefined;
  }

  async function advance(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const next = takeNext();
      if (next !== undefined) return next;
      const chunk = await chunks.next();
      if (chunk.done) return END;
      items = chunk.value.items;
      position = 0;
    }
  }

  function inTurn<R>(step: () => Promise<R>): Promise<R> {
    waiting += 1;
    const result = last.then(step).finally(() => {
      waiting -= 1;
    });
    last = result.catch(() => undefined);
    return result;
  }

  return {
    next: () => {
      const next = waiting === 0 ? takeNext() : undefined;
      return next === undefined ? inTurn(advance) : Promise.resolve(next);
    },
    return: () =>
      inTurn(async () => {
        items = [];
        await chunks.return();
        return END;
      }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
