import type { Volume } from "@polyvol/core";
import type { Context } from "../context.ts";
import { type Held, holdText, volumeHold } from "../holds.ts";
import { ageText, sizeText, tagsText } from "../output/format.ts";
import { writeResult } from "../output/result.ts";
import type { Column } from "../output/table.ts";
import { stateTone } from "../output/terminal.ts";

/** A volume and the cloud that it is on. */
interface CloudVolume {
  readonly cloud: string;
  readonly volume: Volume;
}

interface Row extends CloudVolume {
  readonly held: Held;
}

async function toRow({ cloud, volume }: CloudVolume): Promise<Row> {
  return { cloud, volume, held: await volumeHold(volume) };
}

/** `held` is `null` where it is not visible: JSON has no `undefined`. */
const toData = ({ cloud, volume, held }: Row): object => ({ cloud, ...volume, held: held ?? null });

const attachedTo = (volume: Volume): string => volume.attachments.map(({ serverId }) => serverId).join(", ");

function columns(rows: readonly Row[], now: number): readonly Column<Row>[] {
  const hold: Column<Row> = { title: "hold", text: ({ held }) => holdText(held), tone: () => "busy" };
  return [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "name", text: ({ volume }) => volume.name, flexible: true },
    { title: "size", text: ({ volume }) => sizeText(volume.sizeGiB), align: "right" },
    { title: "state", text: ({ volume }) => volume.state, tone: ({ volume }) => stateTone(volume.state) },
    ...(rows.some(({ held }) => held !== false) ? [hold] : []),
    { title: "region", text: ({ volume }) => volume.region },
    { title: "attached to", text: ({ volume }) => attachedTo(volume), flexible: true },
    { title: "age", text: ({ volume }) => ageText(volume.createdAt, now), align: "right" },
    { title: "id", text: ({ volume }) => volume.id },
  ];
}

/** Writes a list of volumes. */
export async function writeVolumes({ output }: Context, volumes: readonly CloudVolume[]): Promise<void> {
  const rows = await Promise.all(volumes.map(toRow));
  await writeResult(output, rows.map(toData), ({ table }) =>
    rows.length === 0 ? "No volumes.\n" : table(rows, columns(rows, Date.now())),
  );
}

/** Writes one volume. */
export async function writeVolume({ output }: Context, cloud: string, volume: Volume): Promise<void> {
  const row = await toRow({ cloud, volume });
  await writeResult(output, toData(row), ({ fields }) =>
    fields([
      ["cloud", cloud],
      ["name", volume.name, "strong"],
      ["id", volume.id],
      ["state", volume.state, stateTone(volume.state)],
      ["hold", holdText(row.held), "busy"],
      ["size", sizeText(volume.sizeGiB)],
      ["region", [volume.region, volume.zone ?? ""].filter((part) => part !== "").join(", zone ")],
      ["type", volume.volumeType ?? ""],
      ["attached to", attachedTo(volume)],
      ["description", volume.description ?? ""],
      ["tags", tagsText(volume)],
      ["from snapshot", volume.sourceSnapshotId ?? ""],
      ["created", `${volume.createdAt.toISOString()} (${ageText(volume.createdAt, Date.now())} ago)`],
    ]),
  );
}
