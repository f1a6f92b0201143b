import type { DriverPage } from "../driver.ts";
import { type Attempts, type PageSource, requestSizeFor } from "./source.ts";
import { createWindows, type Window } from "./windows.ts";

/** A listing may need so many windows beyond twice what the first total promised; then the total is not to be believed. */
const SPARE_WINDOWS = 50;

export interface ReadPage<T> {
  readonly items: readonly T[];
  readonly full: boolean;
}

interface Slot<T> {
  readonly index: number;
  readonly page: Promise<ReadPage<T>>;
}

/** Reads the windows of one walk, some of them before their turn. */
export interface Reader<T> {
  window(index: number): Window;
  /** The window, fetched ahead together with the ones after it that the total promises. */
  read(index: number): Promise<ReadPage<T>>;
  reread(index: number): Promise<ReadPage<T>>;
  /** Whether the provider has said that there are not so many. */
  isBeyond(index: number): boolean;
  /** Whether so many windows were read that the provider's own first total cannot explain it. */
  isPastAllBounds(index: number): boolean;
}

export function createReader<T extends { readonly id: string }>(
  source: PageSource<T>,
  abortSignal: AbortSignal,
): Reader<T> {
  const { paging, concurrency } = source;
  const most = requestSizeFor(paging, source.requestSize);
  const least = paging.style === "numbered" ? Math.min(paging.minPageSize, Math.ceil(most * 0.75)) : most;
  // A size of 1 cannot overlap with anything; two is the least that can.
  const windowAt = createWindows(Math.max(1, least), Math.max(2, most));
  /** So many windows may be there before their turn: as many read already as in flight. */
  const ahead = 2 * concurrency;
  /** The window whose turn it is, and those before theirs: by index, modulo their number. */
  const slots: (Slot<T> | undefined)[] = Array.from({ length: ahead + 1 });
  let turn = 0;
  let inFlight = 0;
  let total = 0;
  let firstTotal: number | undefined;

  async function fetch(index: number): Promise<ReadPage<T>> {
    const { number, size } = windowAt(index);
    let underWay = false;
    const arrive = (): void => {
      if (underWay) inFlight -= 1;
      underWay = false;
    };
    const attempts: Attempts = {
      onStart: () => {
        if (!underWay) inFlight += 1;
        underWay = true;
      },
      onAnswer: () => {
        arrive();
        return topUp() ? nextTurn() : undefined;
      },
    };
    attempts.onStart();
    try {
      const page: DriverPage<T> = await source.fetch({ number, size }, abortSignal, attempts);
      if (page.total !== undefined) {
        total = page.total;
        firstTotal ??= page.total;
      }
      return { items: page.items, full: page.items.length >= size };
    } finally {
      arrive();
    }
  }

  function start(index: number): Promise<ReadPage<T>> {
    const slot = index % slots.length;
    const known = slots[slot];
    if (known?.index === index) return known.page;
    // Taken before anything is asked for: an answer that comes at once tops up at once.
    const { promise: page, resolve } = Promise.withResolvers<ReadPage<T>>();
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

  return {
    window: windowAt,
    read: async (index) => {
      turn = index;
      const page = start(index);
      topUp();
      const result = await page;
      drop(index);
      return result;
    },
    reread: (index) => {
      drop(index);
      return fetch(index);
    },
    isBeyond: (index) => firstTotal !== undefined && windowAt(index).start >= total,
    isPastAllBounds: (index) => index > (2 * (firstTotal ?? 1_000_000)) / least + SPARE_WINDOWS,
  };
}

/** Requests go out between two turns of the event loop, not within one. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
