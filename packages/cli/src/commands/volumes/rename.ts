import type { Context } from "../../context.ts";
import { findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export async function run(
  context: Context,
  options: NameOptions,
  text: string,
  newName: string,
): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const { id, name } = await findVolume(context, storage, text, options);
  const volume = await change(context, `name of volume ${name} on ${cloud} to ${newName}`, (wait) =>
    storage.volumes.rename(id, newName, wait),
  );
  await writeVolume(context.output, { cloud, volume });
}
