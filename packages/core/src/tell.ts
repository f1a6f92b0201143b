/**
 * Tells a caller's listener. A listener is a guest: what it throws, and what the promise that it returns rejects with,
 * changes nothing.
 */
export function tell<T>(listener: ((told: T) => unknown) | undefined, told: T): void {
  try {
    const result = listener?.(told);
    // Nobody waits for it, so nobody else would hear of its failure, and that ends a process.
    if (result !== undefined) Promise.resolve(result).catch(() => undefined);
  } catch {
    // As above.
  }
}
