import { isPolyvolError } from "../errors.ts";
import { goesRound, MAX_BARREN_PAGES, type PageSource, requestSizeFor, type Walk } from "./source.ts";
import { ANCHORS, lostPlace } from "./token.ts";

/** A listing of more pages than this is taken for one that never ends. */
const MAX_PAGES = 10_000;

/** Walks a listing page by page, each asked for by a token that the page before it gave. */
export function walkCursor<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return async function* walk(from, abortSignal) {
    const size = requestSizeFor(source.paging, source.requestSize);
    const seen = new Set<string>(from?.anchors);
    const usedTokens = new Set<string>();
    let token = from?.cursor;
    let barren = 0;
    let first = from !== undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await source.fetch(
        { size, ...(token === undefined ? {} : { after: token }) },
        abortSignal,
      );
      const skip = first ? afterAnchor(page.items, from?.anchors ?? []) : 0;
      if (skip === undefined) lostPlace();
      first = false;
      for (const item of page.items.slice(0, skip)) seen.add(item.id);
      const cursor = token;
      const fresh = page.items.filter((item) => !seen.has(item.id));
      for (const item of fresh) seen.add(item.id);
      if (fresh.length > 0) {
        yield { items: fresh, placeOf: () => (cursor === undefined ? {} : { cursor }) };
      }
      if (page.nextToken === undefined) return;
      barren = fresh.length === 0 ? barren + 1 : 0;
      const repeats = page.nextToken === token || usedTokens.has(page.nextToken);
      if (repeats || barren > MAX_BARREN_PAGES || pages >= MAX_PAGES) throw goesRound();
      usedTokens.add(page.nextToken);
      token = page.nextToken;
    }
  };
}

/** Where to go on in the page that a token's last item came from; `undefined` when none of the anchors is left in it. */
function afterAnchor(
  items: readonly { readonly id: string }[],
  anchors: readonly string[],
): number | undefined {
  for (const anchor of anchors) {
    const offset = items.findIndex((item) => item.id === anchor);
    if (offset >= 0) return offset + 1;
  }
  return undefined;
}

/**
 * Walks a listing whose pages start after a named item. When that item is gone, the page starts after the one before
 * it, and so on; when none is left, the walk starts again and drops what it has seen.
 */
export function walkMarker<T extends { readonly id: string }>(source: PageSource<T>): Walk<T> {
  return async function* walk(from, abortSignal) {
    const size = requestSizeFor(source.paging, source.requestSize);
    const seen = new Set<string>(from?.anchors);
    /** The last ids given out, newest first. */
    let anchors: string[] = [...(from?.anchors ?? [])];
    let restarted = false;
    let barren = 0;
    for (let pages = 1; ; pages += 1) {
      const page = await pageAfter(source, size, anchors, abortSignal);
      if (page === undefined) {
        // A token in a new process has only its anchors: without them nothing tells what was given out before.
        if (from !== undefined || restarted) lostPlace();
        restarted = true;
        anchors = [];
        continue;
      }
      const fresh = page.items.filter((item) => !seen.has(item.id));
      for (const item of fresh) seen.add(item.id);
      if (fresh.length > 0) yield { items: fresh, placeOf: () => ({}) };
      if (page.items.length < size) return;
      barren = fresh.length === 0 ? barren + 1 : 0;
      if ((barren > MAX_BARREN_PAGES && !restarted) || pages >= MAX_PAGES) throw goesRound();
      anchors = [...page.items.slice(-ANCHORS).map((item) => item.id)]
        .reverse()
        .concat(anchors)
        .slice(0, ANCHORS);
    }
  };
}

interface MarkedPage<T> {
  readonly items: readonly T[];
}

/** The page after the first anchor that still exists; `undefined` when all are gone. */
async function pageAfter<T extends { readonly id: string }>(
  source: PageSource<T>,
  size: number,
  anchors: readonly string[],
  abortSignal: AbortSignal,
): Promise<MarkedPage<T> | undefined> {
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
