import type { DriverPage } from "../driver.ts";
import { isPolyvolError } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { gaveLess, MAX_SHORT_READS, moreFollows } from "./end.ts";
import {
  type Chunk,
  goesRound,
  MAX_BARREN_PAGES,
  type PageSource,
  requestSizeFor,
  type Walk,
} from "./source.ts";
import { ANCHORS, lostPlace, type Position, placeAfter } from "./token.ts";

/** A listing of more pages than this is taken for one that never ends. */
const MAX_PAGES = 10_000;
/** As long as going back to the start shows new items, the collection is changing: after so many times that is enough. */
const MAX_ROUNDS = 3;

/** How a style asks for its next page. */
interface Steps<T> {
  readonly isByToken: boolean;
  /** The page at the present place; `undefined` when the place cannot be found any more. */
  fetch(seen: Set<string>): Promise<DriverPage<T> | undefined>;
  /** Goes on to the page after `page`. Says whether there is a way to. */
  advance(page: DriverPage<T>): boolean;
  /** Back to the first page. */
  restart(): void;
  /** What a token needs beside anchors and index. */
  placeOf(): Pick<Position, "cursor">;
}

/** Walks a listing page by page, each asked for by a token that the page before it gave. */
export function walkCursor<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return (from, abortSignal) => {
    const size = requestSizeFor(source.paging, source.requestSize);
    const usedTokens = new Set<string>();
    let token = from?.cursor;
    let anchors = from?.anchors;
    return inTurn(source, from, abortSignal, {
      isByToken: true,
      fetch: async (seen) => {
        const page = await source.fetch(omitUndefined({ size, after: token }), abortSignal);
        if (anchors === undefined) return page;
        const offset = placeAfter(page.items, anchors);
        if (offset === undefined) lostPlace();
        for (const item of page.items.slice(0, offset)) seen.add(item.id);
        return page;
      },
      advance: ({ nextToken }) => {
        if (nextToken === undefined) return false;
        if (nextToken === token || usedTokens.has(nextToken)) throw goesRound();
        usedTokens.add(nextToken);
        token = nextToken;
        anchors = undefined;
        return true;
      },
      restart: () => {
        token = undefined;
        usedTokens.clear();
      },
      placeOf: () => omitUndefined({ cursor: token }),
    });
  };
}

/**
 * Walks a listing whose pages start after a named item. When that item is gone, the page starts after the one before
 * it, and so on; when none is left, the walk starts again and drops what it has seen.
 */
export function walkMarker<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return (from, abortSignal) => {
    const size = requestSizeFor(source.paging, source.requestSize);
    /** The last ids given out, newest first. */
    let anchors: readonly string[] = from?.anchors ?? [];
    return inTurn(source, from, abortSignal, {
      isByToken: false,
      fetch: () => pageAfter(source, size, anchors, abortSignal),
      advance: ({ items }) => {
        const last = items.slice(-ANCHORS).map((item) => item.id);
        anchors = [...last.reverse(), ...anchors].slice(0, ANCHORS);
        return items.length > 0;
      },
      restart: () => {
        anchors = [];
      },
      placeOf: () => ({}),
    });
  };
}

/** The course of both: pages one after the other, to where nothing says that more follows (end.ts). */
async function* inTurn<T extends { readonly id: string }>(
  source: PageSource<T>,
  from: Position | undefined,
  abortSignal: AbortSignal,
  steps: Steps<T>,
): AsyncGenerator<Chunk<T>, void, undefined> {
  const size = requestSizeFor(source.paging, source.requestSize);
  const seen = new Set<string>(from?.anchors);
  /** Pages without a new item that going back to the start explains: as many as there were before. */
  let explained = 0;
  const isCounted = from === undefined || from.index !== undefined;
  let given = from?.index ?? 0;
  let isLost = false;
  let rounds = 0;
  let newInRound = 0;
  let barren = 0;
  let shortReads = 0;
  const restart = (pages: number): void => {
    explained = pages;
    newInRound = 0;
    shortReads = 0;
    steps.restart();
  };
  for (let pages = 1; ; pages += 1) {
    const page = await steps.fetch(seen);
    if (page === undefined) {
      // A token in a new process has only its anchors: without them nothing tells what was given out before.
      if (from !== undefined || isLost) lostPlace();
      isLost = true;
      restart(pages);
      continue;
    }
    const fresh = page.items.filter((item) => !seen.has(item.id));
    for (const item of fresh) seen.add(item.id);
    newInRound += fresh.length;
    if (fresh.length > 0) {
      const index = given;
      yield { items: fresh, placeOf: (offset) => ({ index: index + offset + 1, ...steps.placeOf() }) };
      given += fresh.length;
    }
    // Tokens once said nothing of what was given before them; a total says nothing then.
    const before = isCounted ? given - page.items.length : undefined;
    if (!moreFollows(page, { size, before }, steps.isByToken)) return;
    barren = fresh.length === 0 ? barren + 1 : 0;
    if (barren > MAX_BARREN_PAGES + explained || pages >= MAX_PAGES) throw goesRound();
    if (steps.advance(page)) continue;
    // There is more, and no way on. What was made meanwhile before the place of the walk is counted and not seen:
    // that shows from the start. All else is read again, since it may have been answered in the middle of a change.
    const isOnlyCounted = page.hasMore !== true;
    // From a token there is no way back to the start, and what came in front of its place since is not missing.
    if (isOnlyCounted && from !== undefined) return;
    if (isOnlyCounted && source.widen?.() === true) {
      restart(pages);
    } else if (isOnlyCounted && newInRound > 0) {
      if (rounds >= MAX_ROUNDS) return;
      rounds += 1;
      restart(pages);
    } else {
      shortReads += 1;
      if (shortReads > MAX_SHORT_READS) throw gaveLess(page.total, seen.size);
      if (shortReads > 1) await source.pause?.(shortReads - 1, abortSignal);
    }
  }
}

/** The page after the first anchor that still exists; `undefined` when all are gone. */
async function pageAfter<T extends { readonly id: string }>(
  source: PageSource<T>,
  size: number,
  anchors: readonly string[],
  abortSignal: AbortSignal,
): Promise<DriverPage<T> | undefined> {
  if (anchors.length === 0) return await source.fetch({ size }, abortSignal);
  for (const [position, after] of anchors.entries()) {
    try {
      const page = await source.fetch({ size, after }, abortSignal);
      const before = anchors[position + 1];
      // An empty page after a full one is either the end or a marker that the provider no longer knows and does not
      // say so. The item before the marker tells: asked from there, the marker must come first.
      if (page.items.length > 0 || before === undefined) return page;
      const check = await source.fetch({ size, after: before }, abortSignal);
      if (check.items[0]?.id === after || check.items.length === 0) return page;
      return check;
    } catch (error) {
      if (!isGoneMarker(error)) throw error;
    }
  }
  return undefined;
}

function isGoneMarker(error: unknown): boolean {
  return isPolyvolError(error, "not_found") || isPolyvolError(error, "invalid_argument");
}
