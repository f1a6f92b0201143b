import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { hasCode } from "../errors.ts";
import { findVolumeOption, refuseLoneRegion } from "../find.ts";
import { type Held, holdText, snapshotHoldsReader } from "../holds.ts";
import { noneText, piecesOf, type ReadRows, refuseWithLines, writeList } from "../listing.ts";
import {
  type ListOptions,
  omitUndefined,
  type SnapshotOptions,
  withListOptions,
  withRegion,
} from "../options.ts";
import { ageText, instantText, isId, sizeText, tagsText } from "../output/format.ts";
import { orderBy } from "../output/sort.ts";
import { type Column, differIn } from "../output/table.ts";
import { stateTone } from "../output/terminal.ts";
import type { CloudResults } from "../selected-clouds.ts";
import { type WatchOptions, watched, withWatch } from "../watch.ts";

const ABOUT = `
By cloud and time, the newest first. Without --volume, the names of the volumes take a listing of the
volumes as well. MIN SIZE is that of the smallest volume that a restore fits in.
`;

const EXAMPLES = [
  "polyvol snapshots list --cloud main --volume db",
  "polyvol snapshots list --sort -min-size",
  "polyvol snapshots list -o jsonl > snapshots.jsonl",
];

export function addSnapshotList(snapshots: Command, action: MakeAction): void {
  withWatch(withListOptions(withRegion(snapshots.command("list"))))
    .description("list snapshots, of all clouds unless --cloud names some")
    .option("--volume <volume>", "only of this volume, by id or name")
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(list));
}

interface Row {
  readonly cloud: string;
  readonly snapshot: Snapshot;
  readonly held: Held;
  /** The name of its volume; `undefined` where it is not known. */
  readonly volumeName: string | undefined;
  /** The volume is known not to be there any more. */
  readonly gone: boolean;
}

async function list(
  context: Context,
  options: ListOptions & SnapshotOptions & WatchOptions,
): Promise<number> {
  refuseWithLines(context, options);
  refuseLoneRegion(options);
  const { volume: text, name, tag: tags, limit, sort } = options;
  const usual = orderBy<Row>(
    cloudOf,
    ({ snapshot }) => -snapshot.createdAt.getTime(),
    ({ snapshot }) => snapshot.name,
    ({ snapshot }) => snapshot.id,
  );
  const view = { usual, toData, none: noneText("snapshots", name) };
  let missing = 0;
  const read: ReadRows<Row> = async function* (storage, cloud, failed) {
    let volume: Volume | undefined;
    try {
      volume = await findVolumeOption(context, storage, options);
    } catch (error) {
      // Of several clouds, most do not have the volume.
      if (!hasCode(error, "not_found")) throw error;
      missing += 1;
      return;
    }
    const query = omitUndefined({ volumeId: volume?.id, name, tags });
    const names =
      volume === undefined ? namesOf(context, storage).catch(failed) : new Map([[volume.id, volume.name]]);
    const holdsOf = await snapshotHoldsReader(context, storage);
    const { volumeNameOn } = await import("@polyvol/backup/holds");
    for await (const snapshots of piecesOf(context, storage.snapshots.list(query, context.call), limit)) {
      const volumes = await names;
      const holds = await holdsOf(snapshots);
      yield snapshots.map((snapshot): Row => {
        const volumeName = volumes?.get(snapshot.volumeId);
        return {
          cloud,
          snapshot,
          held: holds.get(snapshot.id),
          volumeName: volumeName ?? volumeNameOn(snapshot),
          gone: volumes !== undefined && volumeName === undefined && snapshot.volumeId !== "",
        };
      });
    }
  };
  const check = async ({ results, failures }: CloudResults<unknown>): Promise<void> => {
    // On a cloud that failed it may be, and that is told.
    if (missing === 0 || missing < results.length || failures.length > 0) return;
    const clouds = results.map(({ cloud }) => cloud).join(", ");
    const { PolyvolError } = await import("@polyvol/core");
    throw new PolyvolError("not_found", `volume ${text}: not found on ${clouds}`);
  };
  return await watched(context, options, () => {
    missing = 0;
    return writeList(context, sort, { columns: columnsOf(Date.now()), ...view }, read, check);
  });
}

/** The names of all volumes by their ids. */
async function namesOf(context: Context, storage: BlockStorage): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const { id, name } of storage.volumes.list({}, context.call)) names.set(id, name);
  return names;
}

/** `held` and `volumeName` are `null` where they are not visible: JSON has no `undefined`. */
function toData({ cloud, snapshot, held, volumeName }: Row): object {
  return { cloud, ...snapshot, volumeName: volumeName ?? null, held: held ?? null };
}

const cloudOf = ({ cloud }: Row): string => cloud;

function columnsOf(now: number): readonly Column<Row>[] {
  return [
    { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
    { title: "volume", text: volumeText, cutTo: 14 },
    { title: "name", text: ({ snapshot }) => snapshot.name, whole: true },
    {
      title: "min size",
      text: ({ snapshot }) => sizeText(snapshot.minVolumeSizeGiB),
      by: ({ snapshot }) => snapshot.minVolumeSizeGiB,
      align: "right",
      rank: 3,
    },
    {
      title: "state",
      text: ({ snapshot }) => snapshot.state,
      tone: ({ snapshot }) => stateTone(snapshot.state),
      rank: 4,
      needed: (rows) => rows.some(({ snapshot }) => snapshot.state !== "available"),
    },
    { title: "hold", text: ({ held }) => holdText(held), tone: () => "busy" },
    {
      title: "age",
      text: ({ snapshot }) => ageText(snapshot.createdAt, now),
      by: ({ snapshot }) => -snapshot.createdAt.getTime(),
      align: "right",
    },
    { title: "created", text: ({ snapshot }) => instantText(snapshot.createdAt), wide: true },
    { title: "regions", text: ({ snapshot }) => snapshot.regions.join(", "), wide: true },
    { title: "tags", text: ({ snapshot }) => tagsText(snapshot), wide: true },
    { title: "volume id", text: ({ snapshot }) => snapshot.volumeId, wide: true },
    { title: "id", text: ({ snapshot }) => snapshot.id, ids: true },
  ];
}

/** The name, or what there is of the id; both are marked where the volume is gone. */
function volumeText({ snapshot: { volumeId }, volumeName, gone }: Row): string {
  const name = volumeName ?? (isId(volumeId) ? volumeId.slice(0, 8) : volumeId);
  return gone ? `${name} (gone)` : name;
}
