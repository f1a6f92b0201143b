import { keepHold } from "@polyvol/backup";
import type { Context } from "../../context.ts";
import { findSnapshot, findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { UsageError } from "../../usage-error.ts";
import { writeSnapshot } from "../../views/snapshot.ts";
import { change } from "../../wait.ts";

export interface UpdateSnapshotOptions extends NameOptions {
  readonly volume?: string;
  readonly name?: string;
  readonly description?: string;
}

export async function run(context: Context, options: UpdateSnapshotOptions, text: string): Promise<void> {
  const { name, description } = options;
  if (name === undefined && description === undefined) {
    throw new UsageError("there is nothing to change: give --name or --description.");
  }
  const { cloud, storage } = await onOneCloud(context);
  const volume =
    options.volume === undefined ? undefined : await findVolume(context, storage, options.volume, options);
  const before = await findSnapshot(context, storage, text, volume);
  const changes = {
    ...(name === undefined ? {} : { name }),
    // A hold may be part of it.
    ...(description === undefined ? {} : { description: keepHold(before.description, description) }),
  };
  const snapshot = await change(context, `update of snapshot ${before.name} on ${cloud}`, (wait) =>
    storage.snapshots.update(before.id, changes, wait),
  );
  await writeSnapshot(context.output, { cloud, snapshot });
}
