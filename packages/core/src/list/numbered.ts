import { onAbort } from "../abort.ts";
import { createIdSet, type IdSet } from "./id-set.ts";
import {
  type Chunk,
  listingChanged,
  MAX_EMPTY_PAGES,
  type PageSource,
  repeatingPages,
  type Walk,
} from "./source.ts";
import { type Position, placeIn, positionLost } from "./token.ts";
import { createReader, type Reader, type ReadPage, WIDENED, type Window } from "./window-reader.ts";

/** How often a place that was torn apart by changes is read again before the listing gives up. */
const MAX_REREADS = 8;

/**
 * Walks a listing whose pages can be addressed freely: overlapping windows, fetched side by side, in chain.
 *
 * What holds at every step, as long as the provider's order is stable: everything that existed throughout, up to the
 * last item seen, has been seen. A window that holds an id seen before extends that to its own end, whenever it was
 * read. One that holds none has lost its link, so earlier windows are read anew until one has it; the first window
 * always has, unless the walk began behind it. A window of which nothing says that more follows ends the listing (source.ts).
 */
export function walkNumbered<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return async function* walk(from, abortSignal) {
    const stop = new AbortController();
    const stopListening = onAbort(abortSignal, (reason) => stop.abort(reason));
    try {
      for (let givenBefore: IdSet | undefined; ; ) {
        const seen = createIdSet();
        try {
          yield* chain(createReader(source, stop.signal), from, seen, givenBefore);
          return;
        } catch (error) {
          if (error !== WIDENED) throw error;
          // What tells of lost links is what this walk has seen, so the next one begins with nothing.
          givenBefore = seen;
        }
      }
    } finally {
      stopListening();
      stop.abort();
    }
  };
}

async function* chain<T extends { readonly id: string }>(
  reader: Reader<T>,
  from: Position | undefined,
  seen: IdSet,
  givenBefore: IdSet | undefined,
): AsyncGenerator<Chunk<T>, void, undefined> {
  let next = 0;
  /** Whether everything from the start on has been seen, up to where the walk is. */
  let isFromStart = true;
  if (from !== undefined) {
    const place = await findPosition(reader, from);
    for (const id of from.resumeIds) seen.add(id);
    for (const item of place.page.items.slice(0, place.offset)) seen.add(item.id);
    yield* unseen(place.page.items, seen, givenBefore, reader.window(place.index));
    if (place.page.ends) return;
    next = place.index + 1;
    isFromStart = place.index === 0;
  }
  let rereads = 0;
  let emptyPages = 0;
  for (let index = next; ; ) {
    const page = rereads === 0 ? await reader.read(index) : await reader.reread(index);
    const link = page.items.findIndex((item) => seen.has(item.id));
    const needsLink = (index > 0 || !isFromStart) && reader.window(index).overlaps;
    if (needsLink && link < 0) {
      rereads += 1;
      if (rereads > MAX_REREADS || index === 0) throw listingChanged();
      index -= 1;
      continue;
    }
    const before = seen.size;
    // Before a token's place others were given out, which have moved here when much was made in front of them since.
    yield* unseen(page.items, seen, givenBefore, reader.window(index), isFromStart ? 0 : link);
    if (page.ends) return;
    emptyPages = seen.size === before ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES + rereads || reader.isBeyondAnyTotal(index)) throw repeatingPages();
    if (index >= next) {
      rereads = 0;
      next = index + 1;
    }
    index += 1;
  }
}

/** The items from `offset` on that were not seen yet, marked as seen, without those that were given out before. */
function* unseen<T extends { readonly id: string }>(
  items: readonly T[],
  seen: IdSet,
  givenBefore: IdSet | undefined,
  window: Window,
  offset = 0,
): Generator<Chunk<T>, void, undefined> {
  const fresh: T[] = [];
  const places: number[] = [];
  let place = window.start - 1;
  for (const item of items) {
    place += 1;
    if (place < window.start + offset || !seen.add(item.id) || givenBefore?.has(item.id) === true) continue;
    fresh.push(item);
    places.push(place);
  }
  if (fresh.length > 0)
    yield { items: fresh, positionAt: (offset) => ({ index: places[offset] ?? window.start }) };
}

interface Place<T> {
  readonly index: number;
  readonly page: ReadPage<T>;
  /** Before it in the page everything was given out. */
  readonly offset: number;
}

/** Finds where a token stopped: at its last id, or at the nearest earlier one that still exists. */
async function findPosition<T extends { readonly id: string }>(
  reader: Reader<T>,
  from: Position,
  isAgain = false,
): Promise<Place<T>> {
  let start = 0;
  while (reader.window(start).end <= (from.index ?? 0)) start += 1;
  // Deletions move the place towards the start, creations away from it: nearest windows first, then all before.
  const nearby = [start, start - 1, start + 1, start - 2, start + 2];
  const before = Array.from({ length: Math.max(0, start - 2) }, (_, index) => start - 3 - index);
  for (const index of [...nearby, ...before].filter((each) => each >= 0)) {
    // The first answer says how many there are; what lies beyond them need not be asked for.
    if (reader.isBeyond(index)) continue;
    const page = isAgain ? await reader.reread(index) : await reader.peek(index);
    if (page === undefined) {
      // The first window tells how much the service gives at a time, and so where the others are.
      await reader.reread(0);
      return await findPosition(reader, from, true);
    }
    const offset = placeIn(page.items, from.resumeIds);
    if (offset !== undefined) return { index, page, offset };
  }
  return positionLost();
}
