import type { Snapshot } from "@polyvol/core";
import type { Command } from "commander";
import { runDeletion, withProgress } from "../changes.ts";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { hasCode, UsageError } from "../errors.ts";
import { findSnapshot, findVolume, findVolumeOption } from "../find.ts";
import { type Held, holdReasons, holdText, snapshotHolds } from "../holds.ts";
import {
  type CreationOptions,
  count,
  type DeletionOptions,
  type ListOptions,
  omitUndefined,
  type SnapshotOptions,
  tag,
  withRegion,
  withVolume,
} from "../options.ts";
import { ageText, countText, sizeText, tagsText } from "../output/format.ts";
import { writeResult } from "../output/result.ts";
import type { Column } from "../output/table.ts";
import { stateTone } from "../output/terminal.ts";
import { onEachCloud, onOneCloud } from "../selected-clouds.ts";

const SNAPSHOT = "id of the snapshot; its name with --volume";

/** The commands about snapshots. */
export function addSnapshots(snapshots: Command, action: MakeAction): void {
  withRegion(snapshots.command("list"))
    .description("list snapshots, of all clouds unless --cloud names some")
    .option("--volume <volume>", "only of this volume, by id or name")
    .option("--name <name>", "exact name")
    .option("--tag <key=value>", "only with this tag (repeatable)", tag)
    .option("--limit <n>", "at most so many of each cloud", count)
    .addHelpText("after", examples("polyvol snapshots list --cloud main --volume db"))
    .action(action(list));
  withVolume(withRegion(snapshots.command("get")))
    .description("show one snapshot")
    .argument("<snapshot>", SNAPSHOT)
    .addHelpText("after", examples("polyvol snapshots get --cloud main --volume db before-upgrade"))
    .action(action(get));
  withRegion(snapshots.command("create"))
    .description("snapshot a volume and wait until it is usable; the name is the key, so it can be repeated")
    .argument("<volume>", "id or name of the volume")
    .argument("<name>", "name of the snapshot, unique for the volume")
    .option("--description <text>", "description")
    .option("--tag <key=value>", "tag (repeatable)", tag)
    .option("--only-detached", "refuse a volume that is in use")
    .option("--no-wait", "return when the cloud has accepted it")
    .addHelpText("after", examples("polyvol snapshots create --cloud main db before-upgrade"))
    .action(action(create));
  withVolume(withRegion(snapshots.command("update")))
    .description("change a snapshot's name or description, where the provider can")
    .argument("<snapshot>", SNAPSHOT)
    .option("--name <name>", "new name")
    .option("--description <text>", "new description")
    .addHelpText(
      "after",
      examples('polyvol snapshots update --cloud main --volume db nightly --description "keep me"'),
    )
    .action(action(update));
  withVolume(withRegion(snapshots.command("delete")))
    .description("delete snapshots")
    .argument("<snapshots...>", "ids of snapshots; their names with --volume")
    .option("--held", "delete snapshots that are held, too")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("polyvol snapshots delete --cloud main --volume db before-upgrade --yes"))
    .action(action(remove));
}

async function list(context: Context, options: ListOptions & SnapshotOptions): Promise<number> {
  const { volume, name, tag: tags, limit } = options;
  let missing = 0;
  const lists = await onEachCloud(context, async (storage, cloud) => {
    let volumeId: string | undefined;
    try {
      volumeId = (await findVolumeOption(context, storage, options))?.id;
    } catch (error) {
      // Of several clouds, most do not have the volume.
      if (!hasCode(error, "not_found")) throw error;
      missing += 1;
      return [];
    }
    const query = omitUndefined({ volumeId, name, tags });
    const snapshots = await storage.snapshots.list(query, context.call).toArray(omitUndefined({ limit }));
    const holds = await snapshotHolds(context, storage, snapshots);
    return snapshots.map((snapshot): Row => ({ cloud, snapshot, held: holds.get(snapshot.id) }));
  });
  if (missing > 0 && missing === lists.results.length) {
    const clouds = lists.results.map(({ cloud }) => cloud).join(", ");
    throw new UsageError(`no volume ${JSON.stringify(volume)} on ${clouds}.`);
  }
  const rows = lists.results.flatMap(({ value }) => value);
  if (rows.length > 0 || lists.failures.length === 0) {
    await writeResult(context.output, rows.map(toData), ({ table }) =>
      rows.length === 0 ? "No snapshots.\n" : table(rows, columns(rows, Date.now())),
    );
  }
  return lists.report();
}

async function get(context: Context, options: SnapshotOptions, text: string): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const volume = await findVolumeOption(context, storage, options);
  const snapshot = await findSnapshot(context, storage, text, volume);
  const held = (await snapshotHolds(context, storage, [snapshot])).get(snapshot.id);
  await writeSnapshot(context, { cloud, snapshot, held });
}

interface CreateOptions extends CreationOptions {
  readonly onlyDetached?: boolean;
}

async function create(context: Context, options: CreateOptions, text: string, name: string): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const volume = await findVolume(context, storage, text, options);
  const { description, tag: tags, onlyDetached } = options;
  const allowAttached = onlyDetached !== true;
  const input = omitUndefined({ volumeId: volume.id, name, allowAttached, description, tags });
  const snapshot = await withProgress(
    context,
    `snapshot ${name} of volume ${volume.name} on ${cloud}`,
    async (wait) =>
      options.wait
        ? await storage.snapshots.create(input, wait)
        : (await storage.snapshots.beginCreate(input, wait)).resource,
  );
  await writeOwnHold(context, cloud, snapshot);
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
  const { keepHold } = await import("@polyvol/backup");
  const { cloud, storage } = await onOneCloud(context);
  const volume = await findVolumeOption(context, storage, options);
  const before = await findSnapshot(context, storage, text, volume);
  const changes = omitUndefined({
    name,
    // A hold may be part of it.
    description: description === undefined ? undefined : keepHold(before.description, description),
  });
  const snapshot = await withProgress(context, `update of snapshot ${before.name} on ${cloud}`, (wait) =>
    storage.snapshots.update(before.id, changes, wait),
  );
  await writeOwnHold(context, cloud, snapshot);
}

async function remove(
  context: Context,
  options: DeletionOptions & SnapshotOptions,
  texts: readonly string[],
): Promise<number> {
  const { cloud, storage } = await onOneCloud(context);
  const volume = await findVolumeOption(context, storage, options);
  return await runDeletion(context, {
    cloud,
    kind: "snapshot",
    texts,
    options,
    find: (text) => findSnapshot(context, storage, text, volume),
    holdReasons: (snapshots) => holdReasons(context, storage, "snapshot", snapshots),
    question: (snapshots) =>
      `Delete ${countText(snapshots.length, "snapshot")} on ${cloud}: ${snapshots.map(({ name }) => name).join(", ")}?`,
    delete: (id, wait) => storage.snapshots.delete(id, wait),
  });
}

interface Row {
  readonly cloud: string;
  readonly snapshot: Snapshot;
  readonly held: Held;
}

/** `held` is `null` where it is not visible: JSON has no `undefined`. */
const toData = ({ cloud, snapshot, held }: Row): object => ({ cloud, ...snapshot, held: held ?? null });

function columns(rows: readonly Row[], now: number): readonly Column<Row>[] {
  const hold: Column<Row> = { title: "hold", text: ({ held }) => holdText(held), tone: () => "busy" };
  return [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "name", text: ({ snapshot }) => snapshot.name, flexible: true },
    { title: "needs", text: ({ snapshot }) => sizeText(snapshot.minVolumeSizeGiB), align: "right" },
    {
      title: "state",
      text: ({ snapshot }) => snapshot.state,
      tone: ({ snapshot }) => stateTone(snapshot.state),
    },
    ...(rows.some(({ held }) => held !== false) ? [hold] : []),
    { title: "age", text: ({ snapshot }) => ageText(snapshot.createdAt, now), align: "right" },
    { title: "volume", text: ({ snapshot }) => snapshot.volumeId, optional: true },
    { title: "id", text: ({ snapshot }) => snapshot.id },
  ];
}

/** Writes one snapshot, with the hold that the snapshot itself shows. */
async function writeOwnHold(context: Context, cloud: string, snapshot: Snapshot): Promise<void> {
  const { isHeld } = await import("@polyvol/backup");
  await writeSnapshot(context, { cloud, snapshot, held: isHeld(snapshot) });
}

async function writeSnapshot({ output }: Context, row: Row): Promise<void> {
  const { cloud, snapshot, held } = row;
  await writeResult(output, toData(row), ({ fields }) =>
    fields([
      ["cloud", cloud],
      ["name", snapshot.name, "strong"],
      ["id", snapshot.id],
      ["state", snapshot.state, stateTone(snapshot.state)],
      ["hold", holdText(held), "busy"],
      ["of volume", snapshot.volumeId],
      ["restore needs", sizeText(snapshot.minVolumeSizeGiB)],
      ["billed for", snapshot.billableGiB === undefined ? "" : sizeText(snapshot.billableGiB)],
      ["regions", snapshot.regions.join(", ")],
      ["description", snapshot.description ?? ""],
      ["tags", tagsText(snapshot)],
      ["created", `${snapshot.createdAt.toISOString()} (${ageText(snapshot.createdAt, Date.now())} ago)`],
    ]),
  );
}
