import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Command } from "commander";
import { creating, runDeletion, withProgress } from "../changes.ts";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { UsageError, undefinedIfMissing } from "../errors.ts";
import {
  findSnapshot,
  findVolumeOption,
  onCloudOfSnapshot,
  onCloudOfVolume,
  snapshotWords,
} from "../find.ts";
import { type Held, holdReasons, holdText, snapshotHolds } from "../holds.ts";
import {
  type CreationOptions,
  type DeletionOptions,
  omitUndefined,
  type SnapshotOptions,
  tag,
  withRegion,
  withVolume,
} from "../options.ts";
import { ageText, countText, nameAndId, sizeText, tagsText } from "../output/format.ts";
import { writeResult } from "../output/result.ts";
import { stateTone } from "../output/terminal.ts";
import { onCloudOf } from "../selected-clouds.ts";
import { addSnapshotList } from "./snapshot-list.ts";

const SNAPSHOT = "id of the snapshot; its name with --volume";

/** The commands about snapshots. */
export function addSnapshots(snapshots: Command, action: MakeAction): void {
  addSnapshotList(snapshots, action);
  withVolume(withRegion(snapshots.command("get")))
    .description("show one snapshot")
    .argument("<snapshot>", SNAPSHOT)
    .addHelpText(...examples(["polyvol snapshots get --cloud main --volume db before-upgrade"]))
    .action(action(get));
  withRegion(snapshots.command("create"))
    .description("snapshot a volume and wait until it is usable; the name is the key, so it can be repeated")
    .argument("<volume>", "id or name of the volume")
    .argument("<name>", "name of the snapshot, unique for the volume")
    .option("--description <text>", "description")
    .option("--tag <key=value>", "tag (repeatable)", tag)
    .option("--only-detached", "refuse a volume that is in use")
    .option("--no-wait", "return when the cloud has accepted it")
    .addHelpText(...examples(["polyvol snapshots create --cloud main db before-upgrade"]))
    .action(action(create));
  withVolume(withRegion(snapshots.command("update")))
    .description("change a snapshot's name or description, where the provider can")
    .argument("<snapshot>", SNAPSHOT)
    .option("--name <name>", "new name")
    .option("--description <text>", "new description")
    .addHelpText(
      ...examples(['polyvol snapshots update --cloud main --volume db nightly --description "keep me"']),
    )
    .action(action(update));
  withVolume(withRegion(snapshots.command("delete")))
    .description("delete snapshots")
    .argument("<snapshots...>", "ids of snapshots; their names with --volume")
    .option("--held", "delete snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText(...examples(["polyvol snapshots delete --cloud main --volume db before-upgrade --yes"]))
    .action(action(remove));
}

async function get(context: Context, options: SnapshotOptions, text: string): Promise<void> {
  const { cloud, storage, found } = await onCloudOfSnapshot(context, text, options);
  const { snapshot, volume } = found;
  const held = (await snapshotHolds(context, storage, [snapshot])).get(snapshot.id);
  const volumeName = await volumeNameOf(context, storage, snapshot, volume);
  await writeSnapshot(context, { cloud, snapshot, held, volumeName });
}

interface CreateOptions extends CreationOptions {
  readonly onlyDetached?: boolean;
}

async function create(context: Context, options: CreateOptions, text: string, name: string): Promise<void> {
  const { cloud, storage, found: volume } = await onCloudOfVolume(context, text, options);
  const { description, tag: tags, onlyDetached } = options;
  const allowAttached = onlyDetached !== true;
  const input = omitUndefined({ volumeId: volume.id, name, allowAttached, description, tags });
  const what = `snapshot ${name} of volume ${volume.name} on ${cloud}`;
  const { resource, created } = await creating<Snapshot>(context, what, options.wait, {
    create: (call) => storage.snapshots.create(input, call),
    begin: (call) => storage.snapshots.beginCreate(input, call),
  });
  await writeOwnHold(context, { cloud, snapshot: resource, volumeName: volume.name, created });
}

interface UpdateOptions extends SnapshotOptions {
  readonly name?: string;
  readonly description?: string;
}

async function update(context: Context, options: UpdateOptions, text: string): Promise<void> {
  const { name, description } = options;
  if (name === undefined && description === undefined) {
    throw new UsageError("there is nothing to change: give --name or --description.");
  }
  const { keepHold } = await import("@polyvol/backup/holds");
  const { cloud, storage, found } = await onCloudOfSnapshot(context, text, options);
  const { snapshot: before, volume } = found;
  const changes = omitUndefined({
    name,
    // A hold may be part of it.
    description: description === undefined ? undefined : keepHold(before.description, description),
  });
  const snapshot = await withProgress(context, `update of snapshot ${before.name} on ${cloud}`, (wait) =>
    storage.snapshots.update(before.id, changes, wait),
  );
  const volumeName = await volumeNameOf(context, storage, snapshot, volume);
  await writeOwnHold(context, { cloud, snapshot, volumeName });
}

async function remove(
  context: Context,
  options: DeletionOptions & SnapshotOptions,
  texts: readonly string[],
): Promise<number> {
  const { cloud, storage, found } = await onCloudOf(context, {
    what: snapshotWords(texts, options),
    async find(each) {
      const volume = await findVolumeOption(context, each, options);
      return await Promise.all(
        texts.map((text) => undefinedIfMissing(findSnapshot(context, each, text, volume))),
      );
    },
    isThere: (snapshots) => snapshots.some((each) => each !== undefined),
  });
  return await runDeletion(context, {
    cloud,
    kind: "snapshot",
    texts,
    options,
    found,
    holdReasons: (snapshots) => holdReasons(context, storage, "snapshot", snapshots),
    question: (snapshots) =>
      `Delete ${countText(snapshots.length, "snapshot")} on ${cloud}: ${snapshots.map(({ name }) => name).join(", ")}?`,
    delete: (id, wait) => storage.snapshots.delete(id, wait),
  });
}

/** A snapshot as it is shown alone. */
interface Row {
  readonly cloud: string;
  readonly snapshot: Snapshot;
  /** The name of its volume; `undefined` where it is not known. */
  readonly volumeName: string | undefined;
  readonly held: Held;
  /** Of a creation, for programs: whether it was made by it. */
  readonly created?: boolean;
}

/**
 * The name of a snapshot's volume: as the volume has it now, else as the snapshot says. Not to know it is no error.
 * `known`: a volume that was read already; another than the snapshot's says nothing.
 */
async function volumeNameOf(
  context: Context,
  storage: BlockStorage,
  snapshot: Snapshot,
  known: Volume | undefined,
): Promise<string | undefined> {
  if (known?.id === snapshot.volumeId) return known.name;
  try {
    return (await storage.volumes.get(snapshot.volumeId, context.call)).name;
  } catch {
    const { volumeNameOn } = await import("@polyvol/backup/holds");
    return volumeNameOn(snapshot);
  }
}

/** Writes one snapshot, with the hold that the snapshot itself shows. */
async function writeOwnHold(context: Context, row: Omit<Row, "held">): Promise<void> {
  const { isHeld } = await import("@polyvol/backup/holds");
  await writeSnapshot(context, { ...row, held: isHeld(row.snapshot) });
}

/** Writes one snapshot. */
async function writeSnapshot({ output }: Context, row: Row): Promise<void> {
  const { cloud, snapshot, volumeName, held, ...known } = row;
  // `null` where it is not visible: JSON has no `undefined`.
  const data = { cloud, ...snapshot, volumeName: volumeName ?? null, held: held ?? null, ...known };
  await writeResult(output, data, ({ fields }) =>
    fields([
      ["cloud", cloud],
      ["name", snapshot.name, "strong"],
      ["id", snapshot.id],
      ["state", snapshot.state, stateTone(snapshot.state)],
      ["hold", holdText(held), "busy"],
      ["of volume", nameAndId(volumeName, snapshot.volumeId)],
      ["smallest volume", `${sizeText(snapshot.minVolumeSizeGiB)}, for a restore`],
      ["billed for", snapshot.billableGiB === undefined ? "" : sizeText(snapshot.billableGiB)],
      ["regions", snapshot.regions.join(", ")],
      ["description", snapshot.description ?? ""],
      ["tags", tagsText(snapshot)],
      ["created", `${snapshot.createdAt.toISOString()} (${ageText(snapshot.createdAt, Date.now())} ago)`],
    ]),
  );
}
