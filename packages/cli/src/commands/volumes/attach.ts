import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { findVolume } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export async function run(
  context: Context,
  _options: Options,
  text: string,
  serverId: string,
): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const { id, name } = await findVolume(context, storage, text);
  const volume = await change(context, `volume ${name} on ${cloud} to server ${serverId}`, (wait) =>
    storage.volumes.attach(id, serverId, wait),
  );
  await writeVolume(context.output, { cloud, volume });
}
