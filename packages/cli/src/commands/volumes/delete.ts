import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { runDeletion } from "../../deletion.ts";
import { findVolume } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { nameVolumes } from "../../views/volume.ts";

export interface DeleteVolumesOptions extends Options {
  readonly deleteSnapshots?: boolean;
  readonly yes?: boolean;
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
    find: (text) => findVolume(context, storage, text),
    question: (volumes) => {
      const kept = snapshots === "keep" ? "Their snapshots stay." : "Their snapshots are deleted, too.";
      return `Delete ${nameVolumes(cloud, volumes)}? ${kept}`;
    },
    delete: (id, wait) => storage.volumes.delete(id, { ...wait, snapshots }),
  });
}
