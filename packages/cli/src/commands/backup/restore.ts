import { restore } from "@polyvol/backup";
import { type ChoiceOptions, checkChoice, choiceOf } from "../../backup/choice.ts";
import type { Context } from "../../context.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export interface RestoreCommandOptions extends ChoiceOptions {
  readonly as: string;
  readonly size?: number;
  readonly region?: string;
  readonly type?: string;
}

export async function run(context: Context, options: RestoreCommandOptions): Promise<void> {
  checkChoice(options);
  const { cloud, storage } = await onOneCloud(context);
  const { as, size, region, type } = options;
  const request = {
    cloud,
    from: await choiceOf(context, options, true),
    newName: as,
    ...(size === undefined ? {} : { sizeGiB: size }),
    ...(region === undefined ? {} : { region }),
    ...(type === undefined ? {} : { volumeType: type }),
  };
  const { volume } = await change(context, `restore to volume ${as} on ${cloud}`, (wait) =>
    restore(request, { [cloud]: storage }, wait),
  );
  await writeVolume(context.output, { cloud, volume });
}
