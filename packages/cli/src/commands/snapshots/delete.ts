import type { Context } from "../../context.ts";
import { runDeletion } from "../../deletion.ts";
import { findSnapshot, findVolume, type NameOptions } from "../../find.ts";
import { heldReasons } from "../../holds.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { countText } from "../../output/format.ts";

export interface DeleteSnapshotsOptions extends NameOptions {
  readonly volume?: string;
  readonly yes?: boolean;
  readonly held?: boolean;
}

export async function run(
  context: Context,
  options: DeleteSnapshotsOptions,
  wanted: readonly string[],
): Promise<number> {
  const { cloud, storage } = await onOneCloud(context);
  const volume =
    options.volume === undefined ? undefined : await findVolume(context, storage, options.volume, options);
  return await runDeletion(context, {
    cloud,
    kind: "snapshot",
    wanted,
    yes: options.yes,
    held: options.held,
    find: (text) => findSnapshot(context, storage, text, volume),
    guard: (snapshots) => heldReasons(context, storage, "snapshot", snapshots),
    question: (snapshots) =>
      `Delete ${countText(snapshots.length, "snapshot")} on ${cloud}: ${snapshots.map(({ name }) => name).join(", ")}?`,
    delete: (id, wait) => storage.snapshots.delete(id, wait),
  });
}
