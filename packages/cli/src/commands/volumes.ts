import type { BlockStorage, Volume, WaitOptions } from "@polyvol/core";
import type { Command } from "commander";
import { confirm, runDeletion, withProgress } from "../changes.ts";
import { examples, type Handler, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { FAILED, hasCode, UsageError } from "../errors.ts";
import { findSnapshot, findVolume, isId } from "../find.ts";
import { holdReasons } from "../holds.ts";
import {
  type CreationOptions,
  count,
  type DeletionOptions,
  type ListOptions,
  omitUndefined,
  type RegionOptions,
  size,
  tag,
  withRegion,
} from "../options.ts";
import { countText, sizeText } from "../output/format.ts";
import { writeMessage } from "../output/streams.ts";
import { onEachCloud, onOneCloud } from "../selected-clouds.ts";
import { writeVolume, writeVolumes } from "./volume-view.ts";

const VOLUME = "id or name of the volume";
const SERVER = "the provider's id of the server";

/** The commands about volumes. */
export function addVolumes(volumes: Command, action: MakeAction): void {
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
    .action(action(list));
  withRegion(volumes.command("get"))
    .description("show one volume")
    .argument("<volume>", VOLUME)
    .addHelpText("after", examples("polyvol volumes get --cloud main db"))
    .action(action(get));
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
    .action(action(create));
  withRegion(volumes.command("resize"))
    .description("make a volume larger; already that size is success")
    .argument("<volume>", VOLUME)
    .argument("<size>", "new size in GiB, or such as 2TiB", size)
    .addHelpText("after", examples("polyvol volumes resize --cloud main db 200"))
    .action(action(resize));
  withRegion(volumes.command("attach"))
    .description("attach a volume to a server; already there is success")
    .argument("<volume>", VOLUME)
    .argument("<server>", SERVER)
    .addHelpText("after", examples("polyvol volumes attach --cloud main db 1001"))
    .action(action(attach));
  withRegion(volumes.command("detach"))
    .description("detach a volume from a server; not attached there is success")
    .argument("<volume>", VOLUME)
    .argument("<server>", SERVER)
    .addHelpText("after", examples("polyvol volumes detach --cloud main db 1001"))
    .action(action(detach));
  withRegion(volumes.command("revert"))
    .description("set a detached volume back to its latest snapshot: what was written since is lost")
    .argument("<volume>", VOLUME)
    .argument("<snapshot>", "id or name of the snapshot")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol volumes revert --cloud main db before-upgrade"))
    .action(action(revert));
  withRegion(volumes.command("rename"))
    .description("give a volume another name, where the provider can")
    .argument("<volume>", VOLUME)
    .argument("<name>", "new name")
    .addHelpText("after", examples("polyvol volumes rename --cloud main db db-old"))
    .action(action(rename));
  withRegion(volumes.command("delete"))
    .description("delete volumes; their snapshots stay unless asked otherwise")
    .argument("<volumes...>", "ids or names")
    .option("--delete-snapshots", "delete their snapshots, too")
    .option("--held", "delete volumes and snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol volumes delete --cloud main scratch-1 scratch-2 --yes"))
    .action(action(remove));
}

async function list(context: Context, { name, region, tag: tags, limit }: ListOptions): Promise<number> {
  const query = omitUndefined({ name, region, tags });
  const lists = await onEachCloud(context, (storage) =>
    storage.volumes.list(query, context.call).toArray(omitUndefined({ limit })),
  );
  const volumes = lists.results.flatMap(({ cloud, value }) => value.map((volume) => ({ cloud, volume })));
  if (volumes.length > 0 || lists.failures.length === 0) await writeVolumes(context, volumes);
  return lists.report();
}

async function get(context: Context, options: RegionOptions, text: string): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  await writeVolume(context, cloud, await findVolume(context, storage, text, options));
}

interface CreateOptions extends CreationOptions {
  readonly size?: number;
  readonly fromSnapshot?: string;
  readonly type?: string;
  readonly roundUp?: boolean;
}

async function create(context: Context, options: CreateOptions, name: string): Promise<void> {
  const { size: sizeGiB, region, fromSnapshot, type, description, tag: tags, roundUp } = options;
  if (sizeGiB === undefined && fromSnapshot === undefined) {
    throw new UsageError("a volume needs --size, or --from-snapshot, which implies one.");
  }
  const { cloud, storage } = await onOneCloud(context);
  const input = omitUndefined({
    name,
    sizeGiB,
    region,
    sourceSnapshotId: fromSnapshot,
    volumeType: type,
    description,
    tags,
    roundUpSize: roundUp,
  });
  const volume = await withProgress(context, `creation of volume ${name} on ${cloud}`, async (wait) =>
    options.wait
      ? await storage.volumes.create(input, wait)
      : (await storage.volumes.beginCreate(input, wait)).resource,
  );
  await writeVolume(context, cloud, volume);
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
    const { cloud, storage } = await onOneCloud(context);
    const { id, name } = await findVolume(context, storage, text, options);
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

const detach = changing(
  (volume, serverId: string) => `${volume} off server ${serverId}`,
  (volumes, id, serverId, wait) => volumes.detach(id, serverId, wait),
);

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
  const { cloud, storage } = await onOneCloud(context);
  const before = await findVolume(context, storage, text, options);
  const snapshot = await findSnapshot(context, storage, snapshotText, before);
  const volumeText = `volume ${before.name} (${sizeText(before.sizeGiB)}) on ${cloud}`;
  const taken = snapshot.createdAt.toISOString();
  const question = `Revert ${volumeText} to ${snapshot.name}? What was written since ${taken} is lost.`;
  if (!(await confirm(context, question, options.yes))) {
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
  const { cloud, storage } = await onOneCloud(context);
  const snapshots = options.deleteSnapshots === true ? "delete" : "keep";
  return await runDeletion(context, {
    cloud,
    kind: "volume",
    texts,
    options,
    find: async (text): Promise<Volume | { readonly id: string; readonly name: string }> => {
      try {
        return await findVolume(context, storage, text, options);
      } catch (error) {
        // A volume that is gone may have left the snapshots that were to be deleted with it: its id is enough to go on.
        const mayBeGone = snapshots === "delete" && isId(text) && hasCode(error, "not_found");
        if (mayBeGone) return { id: text, name: text };
        throw error;
      }
    },
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
