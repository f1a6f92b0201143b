import { holdsOf } from "@polyvol/backup";
import type { BlockStorage, Snapshot } from "@polyvol/core";
import type { Context } from "./context.ts";

/** Held, not held, or (`undefined`) not to be seen. */
export type Held = boolean | undefined;

/** Whether each of these is held, without a request of its own unless something is odd. */
export async function heldOf(
  { signal }: Context,
  storage: BlockStorage,
  snapshots: readonly Snapshot[],
): Promise<ReadonlyMap<string, Held>> {
  return await holdsOf(storage, snapshots, { abortSignal: signal });
}

/** Why snapshots must not be deleted by hand without a further word: they are held, or that cannot be seen. */
export async function heldReasons(
  { signal }: Context,
  storage: BlockStorage,
  snapshots: readonly Snapshot[],
): Promise<readonly string[]> {
  const holds = await holdsOf(storage, snapshots, { thorough: true, abortSignal: signal });
  const scope = storage.capabilities.limits.tags?.readScope;
  const needs = scope === undefined ? "" : `, for want of the scope ${scope}`;
  return snapshots.flatMap(({ id, name }) => {
    const held = holds.get(id);
    if (held === false) return [];
    const which = `snapshot ${name} (${id})`;
    return held ? `${which} is held` : `whether ${which} is held cannot be seen${needs}`;
  });
}
