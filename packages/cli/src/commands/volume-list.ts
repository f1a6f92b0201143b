import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { type Held, holdText, volumeHold } from "../holds.ts";
import { noneText, piecesOf, type ReadRows, refuseWithLines, writeList } from "../listing.ts";
import { type ListOptions, omitUndefined, withListOptions } from "../options.ts";
import { ageText, instantText, sizeText, tagsText } from "../output/format.ts";
import { orderBy } from "../output/sort.ts";
import { type Column, differIn } from "../output/table.ts";
import { stateTone } from "../output/terminal.ts";
import { type WatchOptions, watched, withWatch } from "../watch.ts";
import { attachedTo } from "./volume-view.ts";

const ABOUT = `
By cloud and name. The newest good snapshot of each volume takes a listing of the snapshots as well:
it is shown with --snapshots, and in the wide table.
`;

const EXAMPLES = [
  "polyvol volumes list --region nyc3",
  "polyvol volumes list --snapshots --sort last-snapshot",
  "polyvol volumes list -o json | jq length",
  "polyvol volumes list -o jsonl | head",
];

export function addVolumeList(volumes: Command, action: MakeAction): void {
  withWatch(withListOptions(volumes.command("list")))
    .description("list volumes, of all clouds unless --cloud names some")
    .option("--region <region>", "only in this region")
    .option("--snapshots", "with the newest good snapshot of each: reads the snapshots, too")
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(list));
}

interface VolumeListOptions extends ListOptions, WatchOptions {
  readonly snapshots?: boolean;
}

interface Row {
  readonly cloud: string;
  readonly volume: Volume;
  readonly held: Held;
  /** `null`: it has none. `undefined`: not looked for, or not visible. */
  readonly last: Snapshot | null | undefined;
}

async function list(context: Context, options: VolumeListOptions): Promise<number> {
  refuseWithLines(context, options);
  const { name, region, tag: tags, limit, sort } = options;
  const query = omitUndefined({ name, region, tags });
  const withSnapshots = options.snapshots === true || context.output === "wide";
  const view = { usual: orderBy(cloudOf, nameOf, idOf), toData, none: noneText("volumes", name) };
  const read: ReadRows<Row> = async function* (storage, cloud, failed) {
    // Without them the volumes are still shown.
    const reading = withSnapshots ? newestGood(context, storage).catch(failed) : undefined;
    for await (const volumes of piecesOf(context, storage.volumes.list(query, context.call), limit)) {
      const lasts = await reading;
      const toRow = async (volume: Volume): Promise<Row> => ({
        cloud,
        volume,
        held: await volumeHold(volume),
        last: lasts && (lasts.get(volume.id) ?? null),
      });
      yield await Promise.all(volumes.map(toRow));
    }
  };
  return await watched(context, options, () =>
    writeList(context, sort, { columns: columnsOf(withSnapshots, Date.now()), ...view }, read),
  );
}

/** The newest good snapshot of each volume that has one, by the volume's id. */
async function newestGood(context: Context, storage: BlockStorage): Promise<ReadonlyMap<string, Snapshot>> {
  const newest = new Map<string, Snapshot>();
  for await (const snapshot of storage.snapshots.list({}, context.call)) {
    if (snapshot.state !== "available" && snapshot.state !== "restoring") continue;
    const known = newest.get(snapshot.volumeId);
    if (known === undefined || known.createdAt < snapshot.createdAt) newest.set(snapshot.volumeId, snapshot);
  }
  return newest;
}

const cloudOf = ({ cloud }: Row): string => cloud;
const nameOf = ({ volume }: Row): string => volume.name;
const idOf = ({ volume }: Row): string => volume.id;

/** `held` is `null` where it is not visible: JSON has no `undefined`. */
function toData({ cloud, volume, held, last }: Row): object {
  const lastSnapshot = last && { id: last.id, name: last.name, createdAt: last.createdAt };
  return { cloud, ...volume, held: held ?? null, ...(last === undefined ? {} : { lastSnapshot }) };
}

function columnsOf(withSnapshots: boolean, now: number): readonly Column<Row>[] {
  const last: Column<Row> = {
    title: "last snapshot",
    text: (row) => lastText(row.last),
    by: (row) => row.last?.createdAt.getTime() ?? 0,
    tone: (row) => (row.last ? undefined : "bad"),
  };
  return [
    { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
    { title: "name", text: nameOf, whole: true },
    {
      title: "size",
      text: ({ volume }) => sizeText(volume.sizeGiB),
      by: ({ volume }) => volume.sizeGiB,
      align: "right",
      rank: 3,
    },
    {
      title: "state",
      text: ({ volume }) => volume.state,
      tone: ({ volume }) => stateTone(volume.state),
      rank: 2,
      needed: (rows) => rows.some(({ volume: { state } }) => state !== "available" && state !== "in_use"),
    },
    { title: "hold", text: ({ held }) => holdText(held), tone: () => "busy" },
    { title: "region", text: ({ volume }) => volume.region, rank: 5 },
    { title: "zone", text: ({ volume }) => volume.zone ?? "", wide: true },
    { title: "type", text: ({ volume }) => volume.volumeType ?? "", wide: true },
    { title: "attached to", text: ({ volume }) => attachedTo(volume), cutTo: 8, rank: 6 },
    ...(withSnapshots ? [last] : []),
    {
      title: "age",
      text: ({ volume }) => ageText(volume.createdAt, now),
      by: ({ volume }) => -volume.createdAt.getTime(),
      align: "right",
      rank: 4,
    },
    { title: "created", text: ({ volume }) => instantText(volume.createdAt), wide: true },
    { title: "tags", text: ({ volume }) => tagsText(volume), wide: true },
    { title: "id", text: idOf, ids: true },
  ];
}

function lastText(last: Snapshot | null | undefined): string {
  if (last === undefined) return "unknown";
  return last === null ? "none" : instantText(last.createdAt);
}
