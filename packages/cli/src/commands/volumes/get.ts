import type { Context } from "../../context.ts";
import { findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVolume } from "../../views/volume.ts";

export async function run(context: Context, options: NameOptions, text: string): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  await writeVolume(context.output, { cloud, volume: await findVolume(context, storage, text, options) });
}
