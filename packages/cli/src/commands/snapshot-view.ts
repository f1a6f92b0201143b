import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Context } from "../context.ts";
import { type Held, holdText } from "../holds.ts";
import { ageText, nameAndId, sizeText, tagsText } from "../output/format.ts";
import { writeResult } from "../output/result.ts";
import { stateTone } from "../output/terminal.ts";

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
export async function volumeNameOf(
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
export async function writeOwnHold(context: Context, row: Omit<Row, "held">): Promise<void> {
  const { isHeld } = await import("@polyvol/backup/holds");
  await writeSnapshot(context, { ...row, held: isHeld(row.snapshot) });
}

/** Writes one snapshot. */
export async function writeSnapshot({ output }: Context, row: Row): Promise<void> {
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
