/**
 * The listeners of a signal: the platform's own list has one entry, however many wait. They hang on the signal itself,
 * because the garbage collector goes through a `WeakMap` with an entry for each request again and again.
 */
const LISTENERS: unique symbol = Symbol("listeners");

interface Listened extends AbortSignal {
  [LISTENERS]?: Set<(reason: unknown) => void> | undefined;
}

/**
 * Calls `listener` with the reason as soon as `signal` aborts, at once where it has aborted already. The function
 * returned takes the listener off; the last one that is taken off leaves nothing on the signal.
 */
export function onAbort(signal: Listened | undefined, listener: (reason: unknown) => void): () => void {
  if (signal === undefined) return noop;
  if (signal.aborted) {
    listener(signal.reason);
    return noop;
  }
  const listeners = signal[LISTENERS] ?? listenTo(signal);
  // An entry of its own, so that a function that is given twice is called twice.
  const entry = (reason: unknown): void => listener(reason);
  listeners.add(entry);
  return () => {
    listeners.delete(entry);
    if (listeners.size > 0 || signal[LISTENERS] !== listeners) return;
    signal[LISTENERS] = undefined;
    signal.removeEventListener("abort", callListeners);
  };
}

/**
 * `promise`, or a rejection with the reason as soon as `signal` aborts. What has settled is let go: `Promise.race` with
 * a promise of the abort would hold each result for as long as the signal lives.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody hears of how it ends then.
  if (signal.aborted) promise.catch(noop);
  return abortablePromise(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return noop;
  });
}

/**
 * A promise that `start` settles. When `signal` aborts first, it rejects with the reason, and the function that `start`
 * returned cleans up. `start` is not called where the signal has aborted already.
 */
export function abortablePromise<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => (reason: unknown) => void,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let cleanUp: (reason: unknown) => void = noop;
    const stopListening = onAbort(signal, (reason) => {
      reject(reason);
      cleanUp(reason);
    });
    const fail = (reason: unknown): void => {
      stopListening();
      reject(reason);
    };
    try {
      cleanUp = start((value) => {
        stopListening();
        resolve(value);
      }, fail);
    } catch (error) {
      fail(error);
    }
    // It may have aborted the signal itself.
    if (signal?.aborted) cleanUp(signal.reason);
  });
}

function listenTo(signal: Listened): Set<(reason: unknown) => void> {
  const listeners = new Set<(reason: unknown) => void>();
  signal[LISTENERS] = listeners;
  signal.addEventListener("abort", callListeners, { once: true });
  return listeners;
}

function callListeners(this: Listened): void {
  const listeners = this[LISTENERS] ?? [];
  this[LISTENERS] = undefined;
  for (const listener of listeners) listener(this.reason);
}

function noop(): void {}
