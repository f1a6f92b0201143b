import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { count, tag } from "../arguments.ts";
import { examples, named, subgroup } from "./group.ts";

const SNAPSHOT = "id of the snapshot; its name with --volume";
const OF_VOLUME = ["--volume <volume>", "id or name of the volume, to name its snapshots by name"] as const;

export function addSnapshots(program: Command, action: MakeAction): void {
  const snapshots = subgroup(program, "snapshots", "list and change snapshots");
  named(snapshots.command("list"))
    .description("list snapshots, of all clouds unless --cloud names some")
    .option("--volume <volume>", "only of this volume, by id or name")
    .option("--name <name>", "exact name")
    .option("--tag <key=value>", "only with this tag (repeatable)", tag)
    .option("--limit <n>", "at most so many of each cloud", count)
    .addHelpText("after", examples("polyvol snapshots list --cloud main --volume db"))
    .action(action(() => import("../commands/snapshots/list.ts")));
  named(snapshots.command("get"))
    .description("show one snapshot")
    .argument("<snapshot>", SNAPSHOT)
    .option(...OF_VOLUME)
    .addHelpText("after", examples("polyvol snapshots get --cloud main --volume db before-upgrade"))
    .action(action(() => import("../commands/snapshots/get.ts")));
  named(snapshots.command("create"))
    .description("snapshot a volume and wait until it is usable; the name is the key, so it can be repeated")
    .argument("<volume>", "id or name of the volume")
    .argument("<name>", "name of the snapshot, unique for the volume")
    .option("--description <text>", "description")
    .option("--tag <key=value>", "tag (repeatable)", tag)
    .option("--only-detached", "refuse a volume that is in use")
    .option("--no-wait", "return when the cloud has accepted it")
    .addHelpText("after", examples("polyvol snapshots create --cloud main db before-upgrade"))
    .action(action(() => import("../commands/snapshots/create.ts")));
  named(snapshots.command("update"))
    .description("change a snapshot's name or description, where the provider can")
    .argument("<snapshot>", SNAPSHOT)
    .option(...OF_VOLUME)
    .option("--name <name>", "new name")
    .option("--description <text>", "new description")
    .addHelpText(
      "after",
      examples('polyvol snapshots update --cloud main --volume db nightly --description "keep me"'),
    )
    .action(action(() => import("../commands/snapshots/update.ts")));
  named(snapshots.command("delete"))
    .description("delete snapshots")
    .argument("<snapshots...>", "ids of snapshots; their names with --volume")
    .option(...OF_VOLUME)
    .option("--held", "delete snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol snapshots delete --cloud main --volume db before-upgrade --yes"))
    .action(action(() => import("../commands/snapshots/delete.ts")));
}
