import { isHeld } from "@polyvol/backup";
import type { Volume } from "@polyvol/core";
import type { Held } from "../holds.ts";
import { toneOf } from "../output/colour.ts";
import { ageText, countText, sizeText, tagsText } from "../output/format.ts";
import { type OutputFormat, writeResult } from "../output/result.ts";
import type { Column } from "../output/table.ts";
import { holdText } from "./snapshot.ts";

/** A volume and the cloud that it is on. */
export interface VolumeRow {
  readonly cloud: string;
  readonly volume: Volume;
}

const attachedTo = ({ attachments }: Volume): string =>
  attachments.map(({ serverId }) => serverId).join(", ");

function columns(rows: readonly VolumeRow[], now: number): readonly Column<VolumeRow>[] {
  const hold: Column<VolumeRow> = {
    title: "hold",
    text: ({ volume }) => holdText(heldIn(volume)),
    tone: () => "busy",
  };
  return [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "name", text: ({ volume }) => volume.name, flexible: true },
    { title: "size", text: ({ volume }) => sizeText(volume.sizeGiB), align: "right" },
    { title: "state", text: ({ volume }) => volume.state, tone: ({ volume }) => toneOf(volume.state) },
    ...(rows.some(({ volume }) => heldIn(volume) !== false) ? [hold] : []),
    { title: "region", text: ({ volume }) => volume.region },
    { title: "attached to", text: ({ volume }) => attachedTo(volume), flexible: true },
    { title: "age", text: ({ volume }) => ageText(volume.createdAt, now), align: "right" },
    { title: "id", text: ({ volume }) => volume.id },
  ];
}

const toData = ({ cloud, volume }: VolumeRow): object => ({ cloud, ...volume, held: heldIn(volume) ?? null });

/** By its own tag alone: whether one of its snapshots is held is not asked here. */
const heldIn = (volume: Volume): Held => (isHeld(volume) ? true : volume.tagsUnknown ? undefined : false);

/** Writes a list of volumes. */
export async function writeVolumes(format: OutputFormat, rows: readonly VolumeRow[]): Promise<void> {
  await writeResult(format, rows.map(toData), async () => {
    const { renderTable } = await import("../output/table.ts");
    if (rows.length === 0) return "No volumes.\n";
    return renderTable(rows, columns(rows, Date.now()));
  });
}

/** Writes one volume. */
export async function writeVolume(format: OutputFormat, row: VolumeRow): Promise<void> {
  const { cloud, volume } = row;
  await writeResult(format, toData(row), async () => {
    const { renderFields } = await import("../output/table.ts");
    return renderFields([
      ["cloud", cloud],
      ["name", volume.name, "strong"],
      ["id", volume.id],
      ["state", volume.state, toneOf(volume.state)],
      ["hold", holdText(heldIn(volume)), "busy"],
      ["size", sizeText(volume.sizeGiB)],
      ["region", [volume.region, volume.zone ?? ""].filter((part) => part !== "").join(", zone ")],
      ["type", volume.volumeType ?? ""],
      ["attached to", attachedTo(volume)],
      ["description", volume.description ?? ""],
      ["tags", tagsText(volume)],
      ["from snapshot", volume.sourceSnapshotId ?? ""],
      ["created", `${volume.createdAt.toISOString()} (${ageText(volume.createdAt, Date.now())} ago)`],
    ]);
  });
}

/** `volume db (20 GiB) on main` */
export function nameVolume({ cloud, volume }: VolumeRow): string {
  return `volume ${volume.name} (${sizeText(volume.sizeGiB)}) on ${cloud}`;
}

/** `3 volumes on main: db, web, mail` */
export function nameVolumes(cloud: string, volumes: readonly Pick<Volume, "name">[]): string {
  return `${countText(volumes.length, "volume")} on ${cloud}: ${volumes.map(({ name }) => name).join(", ")}`;
}
