import { holdsOf } from "@polyvol/backup";
import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
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

/** Why these must not be deleted by hand without a further word: they are held, or that cannot be seen. */
export async function heldReasons(
  { signal }: Context,
  storage: BlockStorage,
  kind: "volume" | "snapshot",
  resources: readonly (Snapshot | Volume)[],
): Promise<readonly string[]> {
  const { supports, limits } = storage.capabilities;
  // Where volumes never show tags, no hold can be set on one.
  const thorough = kind === "snapshot" || supports.includes("volumes.readTags");
  const holds = await holdsOf(storage, resources, { thorough, abortSignal: signal });
  const scope = limits.tags?.readScope;
  const needs = scope === undefined ? "" : `, for want of the scope ${scope}`;
  return resources.flatMap(({ id, name }) => {
    const held = holds.get(id);
    if (held === false || (held === undefined && !thorough)) return [];
    const which = `${kind} ${name} (${id})`;
    return held ? `${which} is held` : `whether ${which} is held cannot be seen${needs}`;
  });
}
