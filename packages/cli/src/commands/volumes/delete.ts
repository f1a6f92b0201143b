import { type BlockStorage, isPolyvolError, type Volume } from "@polyvol/core";
import type { Context } from "../../context.ts";
import { runDeletion } from "../../deletion.ts";
import { findVolume, isId, type NameOptions } from "../../find.ts";
import { heldReasons } from "../../holds.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { nameVolumes } from "../../views/volume.ts";

export interface DeleteVolumesOptions extends NameOptions {
  readonly deleteSnapshots?: boolean;
  readonly yes?: boolean;
  readonly held?: boolean;
}

export async function run(
  context: Context,
  options: DeleteVolumesOptions,
  wanted: readonly string[],
): Promise<number> {
  const { cloud, storage } = await onOneCloud(context);
  const snapshots = options.deleteSnapshots === true ? "delete" : "keep";
  return await runDeletion(context, {
    cloud,
    kind: "volume",
    wanted,
    yes: options.yes,
    held: options.held,
    find: (text) => findToDelete(context, storage, text, options),
    guard: async (volumes) => {
      const reasons = [...(await heldReasons(context, storage, "volume", volumes.filter(isThere)))];
      for (const { id: volumeId } of snapshots === "delete" ? volumes : []) {
        const taken = await storage.snapshots.list({ volumeId }, context.call).toArray();
        reasons.push(...(await heldReasons(context, storage, "snapshot", taken)));
      }
      return reasons;
    },
    question: (volumes) => {
      const kept = snapshots === "keep" ? "Their snapshots stay." : "Their snapshots are deleted, too.";
      return `Delete ${nameVolumes(cloud, volumes)}? ${kept}`;
    },
    delete: (id, wait) => storage.volumes.delete(id, { ...wait, snapshots }),
  });
}

function isThere(volume: Volume | { readonly id: string }): volume is Volume {
  return "tags" in volume;
}

/** A volume that is gone may have left the snapshots that were to be deleted with it: its id is enough to go on. */
async function findToDelete(
  context: Context,
  storage: BlockStorage,
  text: string,
  options: DeleteVolumesOptions,
): Promise<Volume | { readonly id: string; readonly name: string }> {
  try {
    return await findVolume(context, storage, text, options);
  } catch (error) {
    const mayBeGone = options.deleteSnapshots === true && isId(text);
    if (mayBeGone && isPolyvolError(error, "not_found")) return { id: text, name: text };
    throw error;
  }
}
