import type { CreateVolumeInput } from "@polyvol/core";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { UsageError } from "../../usage-error.ts";
import { writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export interface CreateVolumeOptions extends Options {
  readonly size?: number;
  readonly region?: string;
  readonly fromSnapshot?: string;
  readonly type?: string;
  readonly description?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly roundUp?: boolean;
  readonly wait: boolean;
}

export async function run(context: Context, options: CreateVolumeOptions, name: string): Promise<void> {
  if (options.size === undefined && options.fromSnapshot === undefined) {
    throw new UsageError("a volume needs --size, or --from-snapshot, which implies one.");
  }
  const { cloud, storage } = await onOneCloud(context);
  const input = inputOf(name, options);
  const volume = await change(context, `creation of volume ${name} on ${cloud}`, async (wait) =>
    options.wait
      ? await storage.volumes.create(input, wait)
      : (await storage.volumes.beginCreate(input, wait)).resource,
  );
  await writeVolume(context.output, { cloud, volume });
}

function inputOf(name: string, options: CreateVolumeOptions): CreateVolumeInput {
  const { size, region, fromSnapshot, type, description, tag, roundUp } = options;
  return {
    name,
    ...(size === undefined ? {} : { sizeGiB: size }),
    ...(region === undefined ? {} : { region }),
    ...(fromSnapshot === undefined ? {} : { sourceSnapshotId: fromSnapshot }),
    ...(type === undefined ? {} : { volumeType: type }),
    ...(description === undefined ? {} : { description }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(roundUp === undefined ? {} : { roundUpSize: roundUp }),
  };
}
