import type { Context } from "../../context.ts";
import { findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeSnapshot } from "../../views/snapshot.ts";
import { change } from "../../wait.ts";

export interface CreateSnapshotOptions extends NameOptions {
  readonly description?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly onlyDetached?: boolean;
  readonly wait: boolean;
}

export async function run(
  context: Context,
  options: CreateSnapshotOptions,
  text: string,
  name: string,
): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const volume = await findVolume(context, storage, text, options);
  const { description, tag } = options;
  const input = {
    volumeId: volume.id,
    name,
    allowAttached: options.onlyDetached !== true,
    ...(description === undefined ? {} : { description }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
  const snapshot = await change(
    context,
    `snapshot ${name} of volume ${volume.name} on ${cloud}`,
    async (wait) =>
      options.wait
        ? await storage.snapshots.create(input, wait)
        : (await storage.snapshots.beginCreate(input, wait)).resource,
  );
  await writeSnapshot(context.output, { cloud, snapshot });
}
