import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { count, size, tag } from "../arguments.ts";
import { examples, named, subgroup } from "./group.ts";

const VOLUME = "id or name of the volume";

export function addVolumes(program: Command, action: MakeAction): void {
  const volumes = subgroup(program, "volumes", "list and change volumes");
  volumes
    .command("list")
    .description("list volumes, of all clouds unless --cloud names some")
    .option("--name <name>", "exact name")
    .option("--region <region>", "only in this region")
    .option("--tag <key=value>", "only with this tag (repeatable)", tag)
    .option("--limit <n>", "at most so many of each cloud", count)
    .addHelpText(
      "after",
      examples("polyvol volumes list --region nyc3", "polyvol volumes list -o json | jq length"),
    )
    .action(action(() => import("../commands/volumes/list.ts")));
  named(volumes.command("get"))
    .description("show one volume")
    .argument("<volume>", VOLUME)
    .addHelpText("after", examples("polyvol volumes get --cloud main db"))
    .action(action(() => import("../commands/volumes/get.ts")));
  addCreate(volumes, action);
  named(volumes.command("resize"))
    .description("make a volume larger; already that size is success")
    .argument("<volume>", VOLUME)
    .argument("<size>", "new size in GiB, or such as 2TiB", size)
    .addHelpText("after", examples("polyvol volumes resize --cloud main db 200"))
    .action(action(() => import("../commands/volumes/resize.ts")));
  named(volumes.command("attach"))
    .description("attach a volume to a server; already there is success")
    .argument("<volume>", VOLUME)
    .argument("<server>", "the provider's id of the server")
    .addHelpText("after", examples("polyvol volumes attach --cloud main db 1001"))
    .action(action(() => import("../commands/volumes/attach.ts")));
  named(volumes.command("detach"))
    .description("detach a volume from a server; not attached there is success")
    .argument("<volume>", VOLUME)
    .argument("<server>", "the provider's id of the server")
    .addHelpText("after", examples("polyvol volumes detach --cloud main db 1001"))
    .action(action(() => import("../commands/volumes/detach.ts")));
  named(volumes.command("revert"))
    .description("set a detached volume back to its latest snapshot: what was written since is lost")
    .argument("<volume>", VOLUME)
    .argument("<snapshot>", "id or name of the snapshot")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol volumes revert --cloud main db before-upgrade"))
    .action(action(() => import("../commands/volumes/revert.ts")));
  named(volumes.command("rename"))
    .description("give a volume another name, where the provider can")
    .argument("<volume>", VOLUME)
    .argument("<name>", "new name")
    .addHelpText("after", examples("polyvol volumes rename --cloud main db db-old"))
    .action(action(() => import("../commands/volumes/rename.ts")));
  named(volumes.command("delete"))
    .description("delete volumes; their snapshots stay unless asked otherwise")
    .argument("<volumes...>", "ids or names")
    .option("--delete-snapshots", "delete their snapshots, too")
    .option("--held", "delete volumes and snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol volumes delete --cloud main scratch-1 scratch-2 --yes"))
    .action(action(() => import("../commands/volumes/delete.ts")));
}

function addCreate(volumes: Command, action: MakeAction): void {
  volumes
    .command("create")
    .description("create a volume and wait until it is usable; the name is the key, so it can be repeated")
    .argument("<name>", "name of the volume, unique in its region")
    .option("--size <size>", "size in GiB, or such as 2TiB", size)
    .option("--region <region>", "default: the cloud's region")
    .option("--from-snapshot <id>", "make it from this snapshot")
    .option("--type <type>", "the provider's name of a volume type")
    .option("--description <text>", "description")
    .option("--tag <key=value>", "tag (repeatable)", tag)
    .option("--round-up", "take the next size that the provider has")
    .option("--no-wait", "return when the cloud has accepted it")
    .addHelpText(
      "after",
      examples(
        "polyvol volumes create --cloud main db --size 100 --tag env=prod",
        "polyvol volumes create --cloud main db-restored --from-snapshot 6f1c…",
      ),
    )
    .action(action(() => import("../commands/volumes/create.ts")));
}
