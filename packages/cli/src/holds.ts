import type { HoldsReader } from "@polyvol/backup/holds";
import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Context } from "./context.ts";

/** Held, not held, or (`undefined`) not visible. */
export type Held = boolean | undefined;

/** A hold in words; nothing where there is none. */
export function holdText(held: Held): string {
  if (held === undefined) return "unknown";
  return held ? "held" : "";
}

/** Whether a volume is held by its own tag. Does not ask whether one of its snapshots is held. */
export async function volumeHold(volume: Volume): Promise<Held> {
  const { isHeld } = await import("@polyvol/backup/holds");
  return isHeld(volume) ? true : volume.tagsUnknown ? undefined : false;
}

/** Whether each snapshot is held, by its id. Sends requests only where a snapshot's own data do not tell. */
export async function snapshotHolds(
  context: Context,
  storage: BlockStorage,
  snapshots: readonly Snapshot[],
): Promise<ReadonlyMap<string, Held>> {
  const holdsOf = await snapshotHoldsReader(context, storage);
  return await holdsOf(snapshots);
}

/** The same for snapshots that come piece by piece. */
export async function snapshotHoldsReader({ signal }: Context, storage: BlockStorage): Promise<HoldsReader> {
  const { createHoldsReader } = await import("@polyvol/backup/holds");
  return createHoldsReader(storage, { abortSignal: signal });
}

/** Why these must not be deleted without `--held`: a sentence for each that is held, or whose hold is not visible. */
export async function holdReasons(
  { signal }: Context,
  storage: BlockStorage,
  kind: "volume" | "snapshot",
  resources: readonly (Snapshot | Volume)[],
): Promise<readonly string[]> {
  const [{ holdsOf }, { rightToSee }] = await Promise.all([
    import("@polyvol/backup/holds"),
    import("@polyvol/core/driver"),
  ]);
  const { supports, limits } = storage.capabilities;
  // Where volumes never show tags, no hold can be set on one.
  const thorough = kind === "snapshot" || supports.includes("volumes.readTags");
  const holds = await holdsOf(storage, resources, { thorough, abortSignal: signal });
  const needs = rightToSee("them", limits.tags?.readScope);
  return resources.flatMap(({ id, name }) => {
    const held = holds.get(id);
    if (held === false || (held === undefined && !thorough)) return [];
    const which = `${kind} ${name} (${id})`;
    return held ? `${which} is held` : `whether ${which} is held cannot be seen, for want of ${needs}`;
  });
}
