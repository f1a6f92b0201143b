import type { Volume } from "@polyvol/core";
import type { Context } from "../context.ts";
import { holdText, volumeHold } from "../holds.ts";
import { ageText, nameAndId, sizeText, tagsText } from "../output/format.ts";
import { writeResult } from "../output/result.ts";
import { stateTone } from "../output/terminal.ts";

/** The servers that a volume is attached to, for people. OpenStack does not tell users to which host one is attached. */
export function attachedTo(volume: Pick<Volume, "attachments">): string {
  return volume.attachments.map(({ serverId }) => serverId || "unknown").join(", ");
}

interface Known {
  /** For people, the name of the snapshot that it is from. */
  readonly sourceName?: string;
  /** Of a creation, for programs: whether it was made by it. */
  readonly created?: boolean;
}

/** Writes one volume. */
export async function writeVolume(
  { output }: Context,
  cloud: string,
  volume: Volume,
  { sourceName, ...known }: Known = {},
): Promise<void> {
  const held = await volumeHold(volume);
  // `null` where it is not visible: JSON has no `undefined`.
  await writeResult(output, { cloud, ...volume, held: held ?? null, ...known }, ({ fields }) =>
    fields([
      ["cloud", cloud],
      ["name", volume.name, "strong"],
      ["id", volume.id],
      ["state", volume.state, stateTone(volume.state)],
      ["hold", holdText(held), "busy"],
      ["size", sizeText(volume.sizeGiB)],
      ["region", [volume.region, volume.zone ?? ""].filter((part) => part !== "").join(", zone ")],
      ["type", volume.volumeType ?? ""],
      ["attached to", attachedTo(volume)],
      ["description", volume.description ?? ""],
      ["tags", tagsText(volume)],
      ["from snapshot", nameAndId(sourceName, volume.sourceSnapshotId ?? "")],
      ["created", `${volume.createdAt.toISOString()} (${ageText(volume.createdAt, Date.now())} ago)`],
    ]),
  );
}
