import type { Command } from "commander";
import { THERE_ALREADY, withProgress } from "../../changes.ts";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { omitUndefined, size } from "../../options.ts";
import { writeNote } from "../../output/streams.ts";
import { writeVolume } from "../volume-view.ts";
import { RECORD, recorded } from "./record.ts";
import { type ChoiceOptions, checkChoice, choose, volumeOf, withSnapshotChoice } from "./snapshot-choice.ts";

/** The command that makes a volume from a snapshot. */
export function addRestore(backup: Command, action: MakeAction): void {
  withSnapshotChoice(backup.command("restore"))
    .description("make a new volume from a snapshot; the old volume is not touched")
    .requiredOption("--as <name>", "name of the new volume")
    .option("--size <size>", "larger than the snapshot needs: in GiB, or such as 2TiB", size)
    .option(
      "--region <region>",
      "of the new volume, and where --volume is looked for first; default: where the snapshot is",
    )
    .option("--type <type>", "the provider's name of a volume type")
    .option(...RECORD)
    .addHelpText(
      ...examples([
        "polyvol backup restore --cloud main --volume db --as db-restored",
        "polyvol backup restore --cloud main --volume db --taken-by 2026-11-20T00:00:00Z --as db-friday",
      ]),
    )
    .action(action(restore));
}

interface RestoreOptions extends ChoiceOptions {
  readonly as: string;
  readonly size?: number;
  readonly type?: string;
}

async function restore(context: Context, options: RestoreOptions): Promise<void> {
  checkChoice(options);
  const backup = await import("@polyvol/backup");
  const { as: newName, size: sizeGiB, region, type: volumeType } = options;
  // `--region` is that of the new volume, too, so the old one may be elsewhere.
  const { cloud, storage, from } = await choose(context, options, { elsewhere: true });
  const request = omitUndefined({ cloud, from, newName, sizeGiB, region, volumeType });
  const { volume, snapshot, created } = await withProgress(
    context,
    `restore to volume ${newName} on ${cloud}`,
    (wait) =>
      recorded(context, options.record, () => backup.restore(request, { [cloud]: storage }, wait), {
        done: (library, restored, times) => library.restoreEntry(restored, times),
        failed: (library, error, times) =>
          library.failedRestoreEntry(error, { kind: "restore", cloud, ...volumeOf(from), ...times }),
      }),
  );
  if (!created) writeNote(THERE_ALREADY);
  await writeVolume(context, cloud, volume, { sourceName: snapshot.name, created });
}
