import type { BlockStorage } from "@polyvol/core";
import type { Context } from "./context.ts";
import { CONFIGURATION, FAILED, reportError, UsageError } from "./errors.ts";

/** The results of the same work on several clouds. */
export interface CloudResults<T> {
  readonly results: readonly { readonly cloud: string; readonly value: T }[];
  readonly failures: readonly { readonly cloud: string; readonly error: unknown }[];
  /** Writes each failure to standard error, and returns the exit code. */
  report(): number;
}

/** Does the work on every selected cloud at once. One that fails does not hide the others. */
export async function onEachCloud<T>(
  context: Context,
  work: (storage: BlockStorage, cloud: string) => Promise<T>,
): Promise<CloudResults<T>> {
  const names = await context.selected();
  const settled = await Promise.allSettled(
    names.map(async (name) => await work(await context.connect(name), name)),
  );
  context.signal.throwIfAborted();
  const results = [];
  const failures: { cloud: string; error: unknown }[] = [];
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

/** The one cloud that a command is about. @throws UsageError when it could be several */
export async function onOneCloud(
  context: Context,
): Promise<{ readonly cloud: string; readonly storage: BlockStorage }> {
  const names = await context.selected();
  const [cloud] = names;
  if (cloud === undefined || names.length !== 1) {
    const which = context.cloudOption.length === 0 ? "the configuration has" : "--cloud names";
    throw new UsageError(
      `this is done on one cloud, and ${which} ${names.length}: ${names.join(", ")}. Choose one with --cloud.`,
    );
  }
  return { cloud, storage: await context.connect(cloud) };
}
