import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { FAILED } from "../../errors.ts";
import { findSnapshot, findVolume, type NameOptions } from "../../find.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { say } from "../../output/streams.ts";
import { nameVolume, writeVolume } from "../../views/volume.ts";
import { change } from "../../wait.ts";

export interface RevertOptions extends NameOptions {
  readonly yes?: boolean;
}

export async function run(
  context: Context,
  options: RevertOptions,
  text: string,
  snapshotText: string,
): Promise<number> {
  const { cloud, storage } = await onOneCloud(context);
  const before = await findVolume(context, storage, text, options);
  const snapshot = await findSnapshot(context, storage, snapshotText, before);
  const taken = snapshot.createdAt.toISOString();
  const question = `Revert ${nameVolume({ cloud, volume: before })} to ${snapshot.name}? What was written since ${taken} is lost.`;
  if (!(await confirm(context, question, options.yes))) {
    say("Nothing was changed.\n");
    return FAILED;
  }
  const volume = await change(context, `volume ${before.name} on ${cloud} back to ${snapshot.name}`, (wait) =>
    storage.volumes.revert(before.id, snapshot.id, wait),
  );
  await writeVolume(context.output, { cloud, volume });
  return 0;
}
