import { show } from "../format-value.ts";
import { refused } from "../input.ts";
import type { PageOptions } from "../options.ts";
import { iterateItems } from "./items.ts";
import type { Listing, ListingPage } from "./listing.ts";
import { walkNumbered } from "./numbered.ts";
import { walkCursor, walkMarker } from "./sequential.ts";
import type { PageSource, Walk } from "./source.ts";
import { ANCHORS, decodePosition, encodePosition, type Position } from "./token.ts";

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
  checkNumber(setup, "requestSize", setup.source.requestSize);
  const walk = describing(walkOf(setup.source), setup);
  return {
    [Symbol.asyncIterator]: () => iterateItems(walk(undefined, signalOf(setup)), setup.matches),
    byPage: (options) => iteratePages(setup, walk, options ?? {}),
    toArray: async (options) => {
      checkNumber(setup, "limit", options?.limit);
      const limit = options?.limit ?? Number.POSITIVE_INFINITY;
      const items: T[] = [];
      if (limit <= 0) return items;
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

/** @throws PolyvolError `invalid_argument` for what no number of items is compared with */
function checkNumber<T extends { readonly id: string }>(
  { describeError }: ListingSetup<T>,
  what: string,
  value: unknown,
): void {
  if (value === undefined || (typeof value === "number" && !Number.isNaN(value))) return;
  throw describeError(refused("invalid_argument", `${what}: found ${show(value)}, allowed are numbers`));
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

function place<T extends { readonly id: string }>(setup: ListingSetup<T>, token: string): Position {
  try {
    return decodePosition(token, setup.name);
  } catch (error) {
    throw setup.describeError(error);
  }
}

async function* iteratePages<T extends { readonly id: string }>(
  setup: ListingSetup<T>,
  walk: Walk<T>,
  options: PageOptions,
): AsyncGenerator<ListingPage<T>, void, undefined> {
  const pageSize = options.pageSize ?? 100;
  if (!Number.isSafeInteger(pageSize) || pageSize < 1) {
    const reason = `pageSize: found ${String(pageSize)}, allowed are whole numbers from 1`;
    throw setup.describeError(refused("invalid_argument", reason));
  }
  const token = options.continuationToken;
  const from = token === undefined ? undefined : place(setup, token);
  let items: T[] = [];
  let anchors: string[] = [...(from?.anchors ?? [])];
  let pending: ListingPage<T> | undefined;
  for await (const chunk of walk(from, signalOf(setup))) {
    for (const [offset, item] of chunk.items.entries()) {
      if (items.length === 0 && pending !== undefined && setup.matches(item)) {
        yield pending;
        pending = undefined;
      }
      anchors = [item.id, ...anchors].slice(0, ANCHORS);
      if (!setup.matches(item)) continue;
      items.push(item);
      if (items.length < pageSize) continue;
      pending = {
        items,
        continuationToken: encodePosition({ listing: setup.name, anchors, ...chunk.placeOf(offset) }),
      };
      items = [];
    }
  }
  // A page is given out when the item after it is known, so that the last one carries no token.
  if (pending !== undefined) yield items.length === 0 ? { items: pending.items } : pending;
  if (items.length > 0) yield { items };
}
