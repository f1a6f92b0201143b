import type { BlockStorage } from "@polyvol/core";
import type { Context } from "./context.ts";
import { CONFIGURATION, FAILED, reportError } from "./errors.ts";

/** The results of the same work on several clouds. */
export interface CloudResults<T> {
  readonly results: readonly { readonly cloud: string; readonly value: T }[];
  readonly failures: readonly { readonly cloud: string; readonly error: unknown }[];
  /** Writes each failure to standard error, and returns the exit code. */
  report(): number;
}

/**
 * Does the work on every selected cloud at once. One that fails does not hide the others.
 *
 * @param work `failed` takes what a part of the work threw, where the rest is of use without it
 */
export async function onEachCloud<T>(
  context: Context,
  work: (storage: BlockStorage, cloud: string, failed: (error: unknown) => undefined) => Promise<T>,
): Promise<CloudResults<T>> {
  const names = await context.selected();
  const failures: { cloud: string; error: unknown }[] = [];
  const settled = await Promise.allSettled(
    names.map(async (cloud) =>
      work(await context.connect(cloud), cloud, (error) => void failures.push({ cloud, error })),
    ),
  );
  context.signal.throwIfAborted();
  const results = [];
  for (const [index, result] of settled.entries()) {
    const cloud = names[index] ?? "";
    if (result.status === "fulfilled") results.push({ cloud, value: result.value });
    else failures.push({ cloud, error: result.reason });
  }
  return {
    results,
    failures,
    report() {
      const codes = failures.map(({ cloud, error }) => reportError(error, cloud));
      if (codes.length === 0) return 0;
      // A configuration that lacks something is wrong as a whole; a cloud that fails is one that failed.
      return codes.every((code) => code === CONFIGURATION) ? CONFIGURATION : FAILED;
    },
  };
}
