import type { Context } from "../../context.ts";
import { findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export async function run(
  context: Context,
  options: NameOptions,
  text: string,
  serverId: string,
): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const { id, name } = await findVolume(context, storage, text, options);
  const volume = await change(context, `volume ${name} on ${cloud} to server ${serverId}`, (wait) =>
    storage.volumes.attach(id, serverId, wait),
  );
  await writeVolume(context.output, { cloud, volume });
}
