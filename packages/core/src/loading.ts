import type { Clock } from "./clock.ts";

/** Code that is on its way. */
const underWay = new Set<Promise<unknown>>();

/**
 * Loads a part of Polyvol that not every program needs, by `import()` of a fixed name. `clock` does not run ahead of it.
 * @throws whatever the platform throws
 */
export function loadCode<T>(clock: Pick<Clock, "during">, load: () => Promise<T>): Promise<T> {
  const loading = clock.during === undefined ? load() : clock.during(load);
  underWay.add(loading);
  const end = (): void => void underWay.delete(loading);
  loading.then(end, end);
  return loading;
}

/** Resolves when nothing is on its way: for clocks that are moved by hand. */
export async function codeLoaded(): Promise<void> {
  while (underWay.size > 0) await Promise.allSettled(underWay);
}

/** Why a part could not be loaded, in the platform's words. */
export function whyNotLoaded(cause: unknown): string {
  const { code, message } = Object(cause) as { readonly code?: unknown; readonly message?: unknown };
  const words = [code, message].find((each) => typeof each === "string" && each !== "");
  return (words as string | undefined) ?? "no reason given";
}
