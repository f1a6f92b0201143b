import type { BlockStorage } from "@polyvol/core";
import type { Context } from "./context.ts";
import { CloudUnseen, exitCodeOfAll, reportError, UsageError, undefinedIfMissing } from "./errors.ts";
import { listText } from "./output/format.ts";

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
      return exitCodeOfAll(failures.map(({ cloud, error }) => reportError(error, cloud)));
    },
  };
}

/** The one cloud that a command is about, by what it says itself. @throws UsageError when it could be several */
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
  context.place.cloud = cloud;
  return { cloud, storage: await context.connect(cloud) };
}

/** What was looked for, and where it is. */
export interface OnCloud<Found> {
  readonly cloud: string;
  readonly storage: BlockStorage;
  readonly found: Found;
}

/** What is looked for on each cloud. */
export interface Search<Found> {
  /** In words, such as `volume db`. */
  readonly what: string;
  /** Looks on one cloud. @throws PolyvolError `not_found` when it is not there */
  find(storage: BlockStorage): Promise<Found>;
  /** Whether what was found means that it is there. Default: it does. */
  isThere?(found: Found): boolean;
}

/**
 * The one cloud of those selected that has what a command names. All are looked at; nothing is guessed.
 *
 * @returns where no cloud has it and `find` throws nothing, what it returned on the first, with the names of all
 * @throws PolyvolError `not_found` when no cloud has it
 * @throws UsageError when several have it
 * @throws CloudUnseen when a cloud that may have it could not be looked at
 */
export async function onCloudOf<Found>(
  context: Context,
  { what, find, isThere = () => true }: Search<Found>,
): Promise<OnCloud<Found>> {
  const names = await context.selected();
  const [only = ""] = names;
  if (names.length === 1) {
    context.place.cloud = only;
    const storage = await context.connect(only);
    return { cloud: only, storage, found: await find(storage) };
  }
  const { results, failures } = await onEachCloud(context, async (storage) => {
    const found = await undefinedIfMissing(find(storage));
    return found === undefined ? undefined : { storage, found };
  });
  const looked = results.flatMap(({ cloud, value }) => (value === undefined ? [] : [{ cloud, ...value }]));
  const there = looked.filter(({ found }) => isThere(found));
  const clouds = there.map(({ cloud }) => cloud);
  // What is wrong with the command line is so on every cloud.
  const wrong = failures.find(({ error }) => error instanceof UsageError);
  if (wrong !== undefined) throw wrong.error;
  const [unseen] = failures;
  if (unseen !== undefined) throw new CloudUnseen(what, unseen.cloud, unseen.error, clouds);
  if (there.length > 1) {
    throw new UsageError(`${what}: found on ${listText(clouds)}. Choose one with --cloud.`);
  }
  const [one] = there;
  if (one !== undefined) {
    context.place.cloud = one.cloud;
    return one;
  }
  const [first] = looked;
  if (first !== undefined) return { ...first, cloud: names.join(", ") };
  const { PolyvolError } = await import("@polyvol/core");
  throw new PolyvolError("not_found", `${what}: not found on ${names.join(", ")}`);
}
