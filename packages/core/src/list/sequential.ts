import { comparableId, isSameId } from "../answered.ts";
import type { DriverPage, PageRequest } from "../driver.ts";
import { omitUndefined } from "../omit-undefined.ts";
import {
  type Chunk,
  doesNotPage,
  incompleteListing,
  isNoSuchPlace,
  isUntold,
  listingChanged,
  MAX_EMPTY_PAGES,
  MAX_SHORT_READS,
  moreFollows,
  type PageSource,
  repeatingPages,
  requestSizeFor,
  type Walk,
} from "./source.ts";
import { MAX_RESUME_IDS, type Position, placeIn, positionLost } from "./token.ts";

/** A listing of more pages than this, those before its token counted, is taken for one that never ends. */
const MAX_PAGES = 10_000;
/** As long as going back to the start shows new items, the collection is changing: after so many times that is enough. */
const MAX_ROUNDS = 3;

/** How a style asks for its next page. */
interface Steps<T> {
  readonly isByToken: boolean;
  /** The page at the present place; `undefined` when the place cannot be found any more. */
  fetch(seen: Set<string>, size: number): Promise<DriverPage<T> | undefined>;
  /** Goes on to the page after `page`, which was asked for in that size. Says whether there is a way to. */
  advance(page: DriverPage<T>, size: number): boolean;
  /** Back to the first page. */
  restart(): void;
  /** Whether the page at the present place is to count all that there is. */
  isCountAsked(): boolean;
  /** What a token needs beside ids and index. */
  positionAt(): Pick<Position, "cursor">;
}

/** Walks a listing page by page, each asked for by a token that the page before it gave. */
export function walkCursor<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return (from, abortSignal) => {
    const usedTokens = new Set<string>();
    let token = from?.cursor;
    let resumeIds = from?.resumeIds;
    return walkInTurn(source, from, abortSignal, {
      isByToken: true,
      fetch: async (seen, size) => {
        const page = await source.fetch(omitUndefined({ size, after: token }), abortSignal);
        if (resumeIds !== undefined && !markGivenOut(page.items, resumeIds, seen)) positionLost();
        return page;
      },
      advance: ({ nextToken }) => {
        if (nextToken === undefined) return false;
        if (nextToken === token || usedTokens.has(nextToken)) throw repeatingPages();
        usedTokens.add(nextToken);
        token = nextToken;
        resumeIds = undefined;
        return true;
      },
      restart: () => {
        token = undefined;
        usedTokens.clear();
      },
      isCountAsked: () => false,
      positionAt: () => omitUndefined({ cursor: token }),
    });
  };
}

/**
 * Walks a listing whose pages start after a named item. When that item is gone, the page starts after the one before
 * it, and so on; when none is left, the walk starts again and drops what it has seen.
 */
export function walkMarker<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return (from, abortSignal) => {
    /** The last ids given out, newest first. */
    let resumeIds: readonly string[] = from?.resumeIds ?? [];
    let canOverlap = false;
    /** Until there is a page to go on from. */
    let wantsTotal = true;
    return walkInTurn(source, from, abortSignal, {
      isByToken: false,
      fetch: async (seen, size) => {
        const request = wantsTotal ? { size, wantsTotal } : { size };
        const page = await pageAfter(source, request, resumeIds, abortSignal, canOverlap);
        // A page that holds what it was to come after heeds no marker. What stands before that, an earlier walk gave out.
        if (page !== undefined && wantsTotal) markGivenOut(page.items, resumeIds, seen);
        const after = page?.items.at(-1)?.id;
        if (page === undefined || after === undefined || !wantsTotal || !isUntold(page, size)) return page;
        const rest = await pageAfter(source, { size: 1 }, [after], abortSignal, false);
        return rest !== undefined && doesNotPage(page.items, rest.items) ? { ...page, hasMore: false } : page;
      },
      advance: ({ items }, size) => {
        const last = items.slice(-MAX_RESUME_IDS).map((item) => item.id);
        resumeIds = [...new Set([...last.reverse(), ...resumeIds])].slice(0, MAX_RESUME_IDS);
        // After a page that was shorter all the same, the end is said in another way; of small ones little would be new.
        canOverlap = items.length >= size && size > 2;
        if (items.length > 0) wantsTotal = false;
        return items.length > 0;
      },
      restart: () => {
        resumeIds = [];
        wantsTotal = true;
      },
      isCountAsked: () => wantsTotal,
      positionAt: () => ({}),
    });
  };
}

/** Counts what a page holds up to the place of a token as seen. Whether the page holds that place. */
function markGivenOut(
  items: readonly { readonly id: string }[],
  resumeIds: readonly string[],
  seen: Set<string>,
): boolean {
  const place = placeIn(items, resumeIds);
  for (const { id } of items.slice(0, place ?? 0)) seen.add(comparableId(id));
  return place !== undefined;
}

/** The course of both: pages one after the other, to where nothing says that more follows (source.ts). */
async function* walkInTurn<T extends { readonly id: string }>(
  source: PageSource<T>,
  from: Position | undefined,
  abortSignal: AbortSignal,
  steps: Steps<T>,
): AsyncGenerator<Chunk<T>, void, undefined> {
  let size = requestSizeFor(source.paging, source.requestSize);
  const seen = new Set(from?.resumeIds.map(comparableId));
  /** Pages without a new item that going back to the start explains: as many as there were before. */
  let explained = 0;
  const isCounted = from === undefined || from.index !== undefined;
  let givenOut = from?.index ?? 0;
  const mostPages = MAX_PAGES - Math.floor(givenOut / size);
  let losses = 0;
  let rounds = 0;
  let newInRound = 0;
  let emptyPages = 0;
  let shortReads = 0;
  const restart = (pages: number): void => {
    explained = pages;
    newInRound = 0;
    shortReads = 0;
    steps.restart();
  };
  for (let pages = 1; ; pages += 1) {
    const page = await steps.fetch(seen, size);
    if (page === undefined) {
      // A token in a new process has only its last ids: without them nothing tells what was given out before.
      if (from !== undefined) positionLost();
      losses += 1;
      if (losses > MAX_ROUNDS) throw listingChanged();
      restart(pages);
      continue;
    }
    // A page may hold one twice, too.
    const fresh = page.items.filter(({ id }) => {
      const before = seen.size;
      return seen.add(comparableId(id)).size > before;
    });
    newInRound += fresh.length;
    if (fresh.length > 0) {
      const index = givenOut;
      yield { items: fresh, positionAt: (offset) => ({ index: index + offset + 1, ...steps.positionAt() }) };
      givenOut += fresh.length;
    }
    // Tokens once said nothing of what was given out before them; a total says nothing then.
    const before = isCounted ? givenOut - page.items.length : undefined;
    if (!moreFollows(page, { size, before, isCountAsked: steps.isCountAsked() }, steps.isByToken)) return;
    emptyPages = fresh.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES + explained || pages >= mostPages) throw repeatingPages();
    if (steps.advance(page, size)) {
      // The service gives smaller pages, or may; asked for as they are given, full ones tell that more follows, too.
      const isSmaller = pages === 1 && !steps.isByToken && page.hasMore !== true;
      if (isSmaller) size = Math.min(size, page.items.length);
      continue;
    }
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
      if (shortReads > MAX_SHORT_READS) throw incompleteListing(page.total, seen.size);
      if (shortReads > 1) await source.pause?.(shortReads - 1, abortSignal);
    }
  }
}

/** The page after the first anchor that still exists; `undefined` when all are gone. */
async function pageAfter<T extends { readonly id: string }>(
  source: PageSource<T>,
  request: Omit<PageRequest, "after">,
  resumeIds: readonly string[],
  abortSignal: AbortSignal,
  canOverlap: boolean,
): Promise<DriverPage<T> | undefined> {
  if (resumeIds.length === 0) return await source.fetch(request, abortSignal);
  const [, before] = resumeIds;
  if (canOverlap && before !== undefined) {
    // From the item before the last one, which comes once more then: no page is empty, and none has to be checked.
    const overlapping = await source
      .fetch({ ...request, after: before }, abortSignal)
      .catch((error: unknown) => {
        if (!isNoSuchPlace(error)) throw error;
        return undefined;
      });
    if (overlapping !== undefined && overlapping.items.length > 0) return overlapping;
  }
  for (const [position, after] of resumeIds.entries()) {
    try {
      const page = await source.fetch({ ...request, after }, abortSignal);
      const before = resumeIds[position + 1];
      // An empty page after a full one is either the end or a marker that the provider no longer knows and does not
      // say so. The item before the marker tells: asked from there, the marker must come first.
      if (page.items.length > 0 || before === undefined) return page;
      const check = await source.fetch({ ...request, after: before }, abortSignal);
      if (isSameId(check.items[0]?.id, after) || check.items.length === 0) return page;
      return check;
    } catch (error) {
      if (!isNoSuchPlace(error)) throw error;
    }
  }
  return undefined;
}
