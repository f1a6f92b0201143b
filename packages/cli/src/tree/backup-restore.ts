import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { instant, size } from "../arguments.ts";
import { examples, named } from "./group.ts";

const SNAPSHOTS = "ids of snapshots; their names with --volume";
const OF_VOLUME = ["--volume <volume>", "id or name of the volume, to name its snapshots by name"] as const;

/** The commands about single snapshots. */
export function addRestoring(backup: Command, action: MakeAction): void {
  choosing(backup.command("restore"))
    .description("make a new volume from a snapshot; the old volume is not touched")
    .requiredOption("--as <name>", "name of the new volume")
    .option("--size <size>", "larger than the snapshot needs: in GiB, or such as 2TiB", size)
    .option(
      "--region <region>",
      "of the new volume, and where --volume is looked for first; default: where the snapshot is",
    )
    .option("--type <type>", "the provider's name of a volume type")
    .addHelpText(
      "after",
      examples(
        "polyvol backup restore --cloud main --volume db --as db-restored",
        "polyvol backup restore --cloud main --volume db --taken-by 2026-11-20T00:00:00Z --as db-friday",
      ),
    )
    .action(action(() => import("../commands/backup/restore.ts")));
  named(choosing(backup.command("drill")))
    .description("prove that a snapshot restores: make a temporary volume, check it, delete it")
    .addHelpText("after", examples("polyvol backup drill --cloud main --volume db"))
    .action(action(() => import("../commands/backup/drill.ts")));
  named(backup.command("hold"))
    .description("keep snapshots from being deleted by any policy, until they are released")
    .argument("<snapshots...>", SNAPSHOTS)
    .option(...OF_VOLUME)
    .addHelpText("after", examples("polyvol backup hold --cloud main --volume db before-upgrade"))
    .action(action(() => import("../commands/backup/hold.ts")));
  named(backup.command("release"))
    .description("take the hold off snapshots; policies may delete them again")
    .argument("<snapshots...>", SNAPSHOTS)
    .option(...OF_VOLUME)
    .addHelpText("after", examples("polyvol backup release --cloud main --volume db before-upgrade"))
    .action(action(() => import("../commands/backup/release.ts")));
}

function choosing(command: Command): Command {
  return command
    .option("--volume <volume>", "the newest good snapshot of this volume, by id or name")
    .option("--snapshot <id>", "this snapshot")
    .option("--policy <id>", "with --volume: only snapshots of this policy")
    .option("--taken-by <time>", "with --volume: not newer, such as 2026-11-21T03:00:00Z", instant);
}
