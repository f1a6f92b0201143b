import type { BlockStorage, Volume, WaitOptions } from "@polyvol/core";
import type { Command } from "commander";
import { confirm, creating, runDeletion, withProgress } from "../changes.ts";
import { examples, type Handler, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { FAILED, UsageError, undefinedIfMissing } from "../errors.ts";
import { findSnapshot, findVolume, onCloudOfSnapshot, onCloudOfVolume } from "../find.ts";
import { holdReasons } from "../holds.ts";
import {
  type CreationOptions,
  type DeletionOptions,
  omitUndefined,
  type RegionOptions,
  serverId,
  size,
  tag,
  withRegion,
} from "../options.ts";
import { countText, isId, listText, sizeText } from "../output/format.ts";
import { writeMessage } from "../output/streams.ts";
import { onCloudOf, onOneCloud } from "../selected-clouds.ts";
import { addVolumeList } from "./volume-list.ts";
import { writeVolume } from "./volume-view.ts";

const VOLUME = "id or name of the volume";
const SERVER = "the provider's id of the server";

/** The commands about volumes. */
export function addVolumes(volumes: Command, action: MakeAction): void {
  addVolumeList(volumes, action);
  withRegion(volumes.command("get"))
    .description("show one volume")
    .argument("<volume>", VOLUME)
    .addHelpText(...examples(["polyvol volumes get --cloud main db"]))
    .action(action(get));
  volumes
    .command("create")
    .description("create a volume and wait until it is usable; the name is the key, so it can be repeated")
    .argument("<name>", "name of the volume, unique in its region")
    .option("--size <size>", "size in GiB, or such as 2TiB", size)
    .option("--region <region>", "default: the cloud's region")
    .option("--from-snapshot <snapshot>", "make it from this snapshot, by id; by name beside its --volume")
    .option("--volume <volume>", "id or name of the volume that the snapshot is of")
    .option("--type <type>", "the provider's name of a volume type")
    .option("--description <text>", "description")
    .option("--tag <key=value>", "tag (repeatable)", tag)
    .option("--round-up", "take the next size that the provider has")
    .option("--no-wait", "return when the cloud has accepted it")
    .addHelpText(
      ...examples([
        "polyvol volumes create --cloud main db --size 100 --tag env=prod",
        "polyvol volumes create --cloud main db-restored --from-snapshot 6f1c…",
      ]),
    )
    .action(action(create));
  withRegion(volumes.command("resize"))
    .description("make a volume larger; already that size is success")
    .argument("<volume>", VOLUME)
    .argument("<size>", "new size in GiB, or such as 2TiB", size)
    .addHelpText(...examples(["polyvol volumes resize --cloud main db 200"]))
    .action(action(resize));
  withRegion(volumes.command("attach"))
    .description("attach a volume to a server; already there is success")
    .argument("<volume>", VOLUME)
    .argument("<server>", SERVER, serverId)
    .addHelpText(...examples(["polyvol volumes attach --cloud main db 1001"]))
    .action(action(attach));
  withRegion(volumes.command("detach"))
    .description("detach a volume from a server; not attached there is success")
    .argument("<volume>", VOLUME)
    .argument("[server]", `${SERVER}; default: the only one that the volume is attached to`, serverId)
    .addHelpText(
      ...examples(["polyvol volumes detach --cloud main db", "polyvol volumes detach --cloud main db 1001"]),
    )
    .action(action(detach));
  withRegion(volumes.command("revert"))
    .description("set a detached volume back to its latest snapshot: what was written since is lost")
    .argument("<volume>", VOLUME)
    .argument("<snapshot>", "id or name of the snapshot")
    .option("-y, --yes", "do not ask")
    .addHelpText(...examples(["polyvol volumes revert --cloud main db before-upgrade"]))
    .action(action(revert));
  withRegion(volumes.command("rename"))
    .description("give a volume another name, where the provider can")
    .argument("<volume>", VOLUME)
    .argument("<name>", "new name")
    .addHelpText(...examples(["polyvol volumes rename --cloud main db db-old"]))
    .action(action(rename));
  withRegion(volumes.command("delete"))
    .description("delete volumes; their snapshots stay unless asked otherwise")
    .argument("<volumes...>", "ids or names")
    .option("--delete-snapshots", "delete their snapshots, too")
    .option("--held", "delete volumes and snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText(...examples(["polyvol volumes delete --cloud main scratch-1 scratch-2 --yes"]))
    .action(action(remove));
}

async function get(context: Context, options: RegionOptions, text: string): Promise<void> {
  const { cloud, found } = await onCloudOfVolume(context, text, options);
  await writeVolume(context, cloud, found);
}

interface CreateOptions extends CreationOptions {
  readonly size?: number;
  readonly fromSnapshot?: string;
  readonly volume?: string;
  readonly type?: string;
  readonly roundUp?: boolean;
}

async function create(context: Context, options: CreateOptions, name: string): Promise<void> {
  const { size: sizeGiB, region, fromSnapshot, volume, type, description, tag: tags, roundUp } = options;
  if (sizeGiB === undefined && fromSnapshot === undefined) {
    throw new UsageError("a volume needs --size, or --from-snapshot, which implies one.");
  }
  if (volume !== undefined && fromSnapshot === undefined) {
    throw new UsageError("--volume says whose snapshot is meant: add --from-snapshot.");
  }
  // `--region` is that of the new volume.
  const whose = omitUndefined({ volume });
  const { cloud, storage, found } =
    fromSnapshot === undefined
      ? { ...(await onOneCloud(context)), found: undefined }
      : await onCloudOfSnapshot(context, fromSnapshot, whose);
  const input = omitUndefined({
    name,
    sizeGiB,
    region,
    sourceSnapshotId: found?.snapshot.id,
    volumeType: type,
    description,
    tags,
    roundUpSize: roundUp,
  });
  const text = `creation of volume ${name} on ${cloud}`;
  const { resource, created } = await creating<Volume>(context, text, options.wait, {
    create: (call) => storage.volumes.create(input, call),
    begin: (call) => storage.volumes.beginCreate(input, call),
  });
  await writeVolume(context, cloud, resource, { created });
}

/**
 * A handler that finds a volume, changes it, and writes it as it is then.
 *
 * @param describe the text of the progress line; `volume` is such as `volume db on main`
 */
function changing<Value>(
  describe: (volume: string, value: Value) => string,
  work: (volumes: BlockStorage["volumes"], id: string, value: Value, wait: WaitOptions) => Promise<Volume>,
): Handler<RegionOptions, [string, Value]> {
  return async (context, options, text, value) => {
    const { cloud, storage, found } = await onCloudOfVolume(context, text, options);
    const { id, name } = found;
    const volume = await withProgress(context, describe(`volume ${name} on ${cloud}`, value), (wait) =>
      work(storage.volumes, id, value, wait),
    );
    await writeVolume(context, cloud, volume);
  };
}

const resize = changing(
  (volume, sizeGiB: number) => `${volume} to ${sizeText(sizeGiB)}`,
  (volumes, id, sizeGiB, wait) => volumes.resize(id, sizeGiB, wait),
);

const attach = changing(
  (volume, serverId: string) => `${volume} to server ${serverId}`,
  (volumes, id, serverId, wait) => volumes.attach(id, serverId, wait),
);

async function detach(
  context: Context,
  options: RegionOptions,
  text: string,
  server: string | undefined,
): Promise<void> {
  const { cloud, storage, found } = await onCloudOfVolume(context, text, options);
  const servers = found.attachments.map(({ serverId }) => serverId);
  const serverId = server ?? servers[0];
  if (server === undefined && servers.length > 1) {
    throw new UsageError(`volume ${found.name} is attached to ${listText(servers)}: say from which.`);
  }
  const volume =
    serverId === undefined
      ? found
      : await withProgress(context, `volume ${found.name} on ${cloud} off server ${serverId}`, (wait) =>
          storage.volumes.detach(found.id, serverId, wait),
        );
  await writeVolume(context, cloud, volume);
}

const rename = changing(
  (volume, newName: string) => `name of ${volume} to ${newName}`,
  (volumes, id, newName, wait) => volumes.rename(id, newName, wait),
);

async function revert(
  context: Context,
  options: DeletionOptions,
  text: string,
  snapshotText: string,
): Promise<number> {
  const { cloud, storage, found: before } = await onCloudOfVolume(context, text, options);
  const snapshot = await findSnapshot(context, storage, snapshotText, before);
  const volumeText = `volume ${before.name} (${sizeText(before.sizeGiB)}) on ${cloud}`;
  const taken = snapshot.createdAt.toISOString();
  const question = `Revert ${volumeText} to ${snapshot.name}? What was written since ${taken} is lost.`;
  // Where it cannot be done, the call says so: nobody is asked.
  const isPossible = storage.capabilities.supports.includes("volumes.revert");
  if (isPossible && !(await confirm(context, question, options.yes))) {
    writeMessage("Nothing was changed.\n");
    return FAILED;
  }
  const progressText = `volume ${before.name} on ${cloud} back to ${snapshot.name}`;
  const volume = await withProgress(context, progressText, (wait) =>
    storage.volumes.revert(before.id, snapshot.id, wait),
  );
  await writeVolume(context, cloud, volume);
  return 0;
}

interface DeleteOptions extends DeletionOptions {
  readonly deleteSnapshots?: boolean;
}

async function remove(context: Context, options: DeleteOptions, texts: readonly string[]): Promise<number> {
  const snapshots = options.deleteSnapshots === true ? "delete" : "keep";
  const { cloud, storage, found } = await onCloudOf(context, {
    what: `${texts.length === 1 ? "volume" : "volumes"} ${texts.join(", ")}`,
    find: (each) =>
      Promise.all(texts.map((text) => undefinedIfMissing(findVolume(context, each, text, options)))),
    isThere: (volumes) => volumes.some((each) => each !== undefined),
  });
  // A volume that is gone may have left the snapshots that were to be deleted with it: its id is enough to go on.
  const mayBeGone = texts.some((text, index) => isId(text) && found[index] === undefined);
  if (snapshots === "delete" && mayBeGone && (await context.selected()).length > 1) {
    throw new UsageError("what a volume that is gone has left is deleted where --cloud says that it was.");
  }
  return await runDeletion(context, {
    cloud,
    kind: "volume",
    texts,
    options,
    found: found.map((volume, index) => {
      const text = texts[index] ?? "";
      return volume ?? (snapshots === "delete" && isId(text) ? { id: text, name: text } : undefined);
    }),
    holdReasons: async (volumes) => {
      const reasons = [
        ...(await holdReasons(
          context,
          storage,
          "volume",
          volumes.filter((each): each is Volume => "tags" in each),
        )),
      ];
      for (const { id: volumeId } of snapshots === "delete" ? volumes : []) {
        const taken = await storage.snapshots.list({ volumeId }, context.call).toArray();
        reasons.push(...(await holdReasons(context, storage, "snapshot", taken)));
      }
      return reasons;
    },
    question: (volumes) => {
      const names = volumes.map(({ name }) => name).join(", ");
      const kept = storage.capabilities.supports.includes("snapshots.outliveVolume")
        ? "Their snapshots stay."
        : "One that has snapshots stays, too: they cannot outlive it here.";
      const after = snapshots === "keep" ? kept : "Their snapshots are deleted, too.";
      return `Delete ${countText(volumes.length, "volume")} on ${cloud}: ${names}? ${after}`;
    },
    delete: (id, wait) => storage.volumes.delete(id, { ...wait, snapshots }),
  });
}
