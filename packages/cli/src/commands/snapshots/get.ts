import type { Context } from "../../context.ts";
import { findSnapshot, findVolume, type NameOptions } from "../../find.ts";
import { heldOf } from "../../holds.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeSnapshot } from "../../views/snapshot.ts";

export interface GetSnapshotOptions extends NameOptions {
  readonly volume?: string;
}

export async function run(context: Context, options: GetSnapshotOptions, text: string): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const volume =
    options.volume === undefined ? undefined : await findVolume(context, storage, options.volume, options);
  const snapshot = await findSnapshot(context, storage, text, volume);
  const held = (await heldOf(context, storage, [snapshot])).get(snapshot.id);
  await writeSnapshot(context.output, { cloud, snapshot, held });
}
