/** One request of a numbered listing: items `start` to `end - 1` of the provider's order. */
export interface Window {
  readonly number: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  /** Whether it shares an index with the one before. Only very small sizes leave places where none can. */
  readonly overlaps: boolean;
}

/**
 * Cuts a numbered listing into windows that each share at least one index with the one before. Plain pages lose an
 * item when one before it is deleted between two requests and nothing tells; windows whose neighbours still share an
 * id have lost nothing.
 *
 * Page numbers only allow windows at multiples of their size, so the size varies between the two bounds and the
 * choice that reaches furthest is taken.
 */
export function createWindows(minSize: number, maxSize: number): (index: number) => Window {
  const windows: Window[] = [{ number: 1, size: maxSize, start: 0, end: maxSize, overlaps: true }];
  return (index) => {
    for (let last = windows.at(-1); windows.length <= index && last !== undefined; last = windows.at(-1)) {
      windows.push(
        furthest(last.end, minSize, maxSize) ??
          furthest(last.end, 2, minSize - 1) ??
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
    const number = Math.floor((end - 1) / size) + 1;
    const reach = number * size;
    if (reach > end && (best === undefined || reach > best.end)) {
      best = { number, size, start: reach - size, end: reach, overlaps: true };
    }
  }
  return best;
}

/** Where `end` is a multiple of every size, no window passes it that begins before it. */
function plain(end: number, size: number): Window {
  return { number: end / size + 1, size, start: end, end: end + size, overlaps: false };
}
