import { nextTurn } from "../clock.ts";
import type { DriverPage } from "../driver.ts";
import {
  doesNotPage,
  incompleteListing,
  isNoSuchPlace,
  isUntold,
  MAX_SHORT_READS,
  moreFollows,
  type PageHooks,
  type PageSource,
  requestSizeFor,
} from "./source.ts";

/** A listing may need so many windows beyond twice what the first total promised; then the total is not to be believed. */
const SPARE_WINDOWS = 50;
/** What a first total is taken for where there is none to believe. */
const MOST_ITEMS = 1_000_000;

/** Thrown when the provider's filter has been left out in the middle of a walk, which has to begin anew. */
export const WIDENED: unique symbol = Symbol("widened");

export interface ReadPage<T> {
  readonly items: readonly T[];
  /** Whether nothing follows. */
  readonly ends: boolean;
}

interface Slot<T> {
  readonly index: number;
  readonly page: Promise<DriverPage<T>>;
}

export type Reader<T extends { readonly id: string }> = ReturnType<typeof createReader<T>>;

/** Reads the windows of one walk, some of them before their turn. */
export function createReader<T extends { readonly id: string }>(
  source: PageSource<T>,
  abortSignal: AbortSignal,
) {
  const { paging, concurrency } = source;
  let most = requestSizeFor(paging, source.requestSize);
  let least = paging.style === "numbered" ? Math.min(paging.minPageSize, Math.ceil(most * 0.75)) : most;
  // A size of 1 cannot overlap with anything; two is the least that can.
  let windowAt = createWindows(Math.max(1, least), Math.max(2, most), paging.maxPageSize);
  /** So many windows may be there before their turn: as many read already as in flight. */
  const ahead = 2 * concurrency;
  /** The window whose turn it is, and those before theirs: by index, modulo their number. */
  const slots: (Slot<T> | undefined)[] = Array.from({ length: ahead + 1 });
  let turn = 0;
  let inFlight = 0;
  let total = 0;
  let firstTotal: number | undefined;
  /** Whether more is said to follow where the total says that nothing does: then the total bounds nothing. */
  let isDoubted = false;
  /** The place after the last item of a window that was found good. */
  let reached = 0;

  async function fetch(index: number): Promise<DriverPage<T>> {
    const { number, size } = windowAt(index);
    let underWay = false;
    const arrive = (): void => {
      if (underWay) inFlight -= 1;
      underWay = false;
    };
    const hooks: PageHooks = {
      onStart: () => {
        if (!underWay) inFlight += 1;
        underWay = true;
      },
      onAnswer: () => {
        arrive();
        return topUp() ? nextTurn() : undefined;
      },
    };
    hooks.onStart();
    try {
      const page = await source.fetch({ number, size }, abortSignal, hooks);
      if (page.total !== undefined) {
        total = page.total;
        firstTotal ??= page.total;
        isDoubted ||= page.hasMore === true && page.total <= windowAt(index).start + page.items.length;
      }
      return page;
    } finally {
      arrive();
    }
  }

  function start(index: number): Promise<DriverPage<T>> {
    const slot = index % slots.length;
    const known = slots[slot];
    if (known?.index === index) return known.page;
    // Taken before anything is asked for: an answer that comes at once tops up at once.
    const { promise: page, resolve } = Promise.withResolvers<DriverPage<T>>();
    slots[slot] = { index, page };
    resolve(fetch(index));
    // A failure is handled where the page is awaited; one that nobody comes to want must not end the process.
    page.catch(() => undefined);
    return page;
  }

  /** Asks for windows ahead of the one whose turn it is, as many as may be in flight. Says whether there was any. */
  function topUp(): boolean {
    let any = false;
    for (let next = turn + 1; next <= turn + ahead && inFlight < concurrency; next += 1) {
      if (windowAt(next).start >= total) break;
      if (slots[next % slots.length]?.index === next) continue;
      start(next);
      any = true;
    }
    return any;
  }

  function drop(index: number): void {
    const slot = index % slots.length;
    if (slots[slot]?.index === index) slots[slot] = undefined;
  }

  /** Asks for no more than the service gives. Only before the second window: the places of the others change. */
  function capAt(size: number): void {
    most = size;
    least = Math.ceil(size * 0.75);
    windowAt = createWindows(least, Math.max(2, most));
    slots.fill(undefined);
  }

  /** Whether the answer holds less of the window than it says there is. */
  function isCutShort(index: number, page: DriverPage<T>): boolean {
    const { size, start: before } = windowAt(index);
    return page.items.length < size && moreFollows(page, { size, before }, false);
  }

  /**
   * A short page that says both that more follows and that all is counted, or says neither how many there are nor whether
   * more follows: the item behind its last one decides.
   */
  async function decided(index: number, page: DriverPage<T>): Promise<DriverPage<T>> {
    const { size, start: before } = windowAt(index);
    const behind = before + page.items.length;
    const { total, hasMore } = page;
    const isContradicted = hasMore === true && total !== undefined && total <= behind;
    if (page.items.length >= size || !(isContradicted || isUntold(page, size))) return page;
    const rest = await source.fetch({ number: behind + 1, size: 1 }, abortSignal).catch((error: unknown) => {
      if (!isNoSuchPlace(error)) throw error;
      return { items: [] };
    });
    const isRepeated = !isContradicted && doesNotPage(page.items, rest.items);
    return { ...page, hasMore: rest.items.length > 0 && !isRepeated };
  }

  /**
   * The window by an answer that agrees with itself. One that does not is read again: it may have been made in the
   * middle of a change. When the service goes on giving less, less is asked for from the first window on, so that the
   * windows overlap as the service cuts them.
   */
  async function settle(index: number, first: DriverPage<T>): Promise<ReadPage<T>> {
    let page = await decided(index, first);
    let gave = -1;
    let mostGiven = 0;
    for (let reads = 0; isCutShort(index, page); reads += 1) {
      const given = page.items.length;
      mostGiven = Math.max(mostGiven, given);
      if (reads >= MAX_SHORT_READS)
        throw incompleteListing(page.total, Math.max(reached, windowAt(index).start + mostGiven));
      if (source.widen?.() === true) {
        if (index > 0 || turn > 0) throw WIDENED;
      } else if (index === 0 && turn === 0 && given === gave && given > 0) {
        capAt(given);
      } else if (reads > 0) {
        await source.pause?.(reads, abortSignal);
      }
      gave = given;
      page = await decided(index, await fetch(index));
    }
    const { size, start: before } = windowAt(index);
    reached = Math.max(reached, before + page.items.length);
    return { items: page.items, ends: !moreFollows(page, { size, before }, false) };
  }

  return {
    window: (index: number): Window => windowAt(index),
    /** The window, fetched ahead together with the ones after it that the total promises. */
    read: async (index: number): Promise<ReadPage<T>> => {
      turn = index;
      const fetched = start(index);
      topUp();
      const page = await fetched;
      drop(index);
      return await settle(index, page);
    },
    reread: async (index: number): Promise<ReadPage<T>> => {
      drop(index);
      return await settle(index, await fetch(index));
    },
    /** The window, unless the service gives less of it than it says there is: `undefined`. */
    peek: async (index: number): Promise<ReadPage<T> | undefined> => {
      drop(index);
      const page = await decided(index, await fetch(index));
      return isCutShort(index, page) ? undefined : await settle(index, page);
    },
    /** Whether the provider has said that there are not so many. */
    isBeyond: (index: number): boolean =>
      !isDoubted && firstTotal !== undefined && windowAt(index).start >= total,
    /** Whether so many windows were read that the provider's own first total cannot explain it. */
    isBeyondAnyTotal: (index: number): boolean =>
      index > (2 * (isDoubted ? MOST_ITEMS : (firstTotal ?? MOST_ITEMS))) / least + SPARE_WINDOWS,
  };
}

/** One request of a numbered listing: items `start` to `end - 1` of the provider's order. */
export interface Window {
  readonly number: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  /** Whether it shares an index with the one before. A service that gives a few at a time leaves places where none can. */
  readonly overlaps: boolean;
}

/**
 * Cuts a numbered listing into windows that each share at least one index with the one before. Plain pages lose an
 * item when one before it is deleted between two requests and nothing tells; windows whose neighbours still share an
 * id have lost nothing.
 *
 * Page numbers only allow windows at multiples of their size, so the size varies between the two bounds and the
 * choice that reaches furthest is taken. Where all sizes that are wanted end at one place, the next larger one that
 * passes it is taken, up to `mostSize`.
 */
export function createWindows(
  minSize: number,
  maxSize: number,
  mostSize: number = maxSize,
): (index: number) => Window {
  const windows: Window[] = [{ number: 1, size: maxSize, start: 0, end: maxSize, overlaps: true }];
  return (index) => {
    for (let last = windows.at(-1); windows.length <= index && last !== undefined; last = windows.at(-1)) {
      windows.push(
        furthest(last.end, minSize, maxSize) ??
          furthest(last.end, 2, minSize - 1) ??
          nextLarger(last.end, maxSize + 1, mostSize) ??
          plain(last.end, maxSize),
      );
    }
    return windows[index] as Window;
  };
}

/** The window that begins before `end` and reaches furthest beyond it. */
function furthest(end: number, minSize: number, maxSize: number): Window | undefined {
  let best: Window | undefined;
  for (let size = maxSize; size >= minSize; size -= 1) {
    const window = passing(end, size);
    if (window !== undefined && (best === undefined || window.end > best.end)) best = window;
  }
  return best;
}

/** The smallest window that begins before `end` and reaches beyond it. */
function nextLarger(end: number, minSize: number, maxSize: number): Window | undefined {
  for (let size = minSize; size <= maxSize; size += 1) {
    const window = passing(end, size);
    if (window !== undefined) return window;
  }
  return undefined;
}

/** The window of a size that holds the item before `end` and the one after it, where there is one. */
function passing(end: number, size: number): Window | undefined {
  const number = Math.floor((end - 1) / size) + 1;
  const reach = number * size;
  return reach > end ? { number, size, start: reach - size, end: reach, overlaps: true } : undefined;
}

/** Where `end` is a multiple of every size that the service gives, no window passes it that begins before it. */
function plain(end: number, size: number): Window {
  return { number: end / size + 1, size, start: end, end: end + size, overlaps: false };
}
