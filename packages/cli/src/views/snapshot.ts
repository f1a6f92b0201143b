import { isHeld } from "@polyvol/backup";
import type { Snapshot } from "@polyvol/core";
import type { Held } from "../holds.ts";
import { toneOf } from "../output/colour.ts";
import { ageText, sizeText, tagsText } from "../output/format.ts";
import { type OutputFormat, writeResult } from "../output/result.ts";
import type { Column } from "../output/table.ts";

/** A snapshot and the cloud that it is on. */
export interface SnapshotRow {
  readonly cloud: string;
  readonly snapshot: Snapshot;
  /** Whether it is held; undefined where that cannot be seen. Absent: as it shows itself. */
  readonly held?: Held;
}

const heldIn = (row: SnapshotRow): Held => ("held" in row ? row.held : isHeld(row.snapshot));

/** A hold in words; nothing where there is none. */
export function holdText(held: Held): string {
  if (held === undefined) return "unknown";
  return held ? "held" : "";
}

function columns(rows: readonly SnapshotRow[], now: number): readonly Column<SnapshotRow>[] {
  const hold: Column<SnapshotRow> = {
    title: "hold",
    text: (row) => holdText(heldIn(row)),
    tone: () => "busy",
  };
  return [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "name", text: ({ snapshot }) => snapshot.name, flexible: true },
    { title: "needs", text: ({ snapshot }) => sizeText(snapshot.minVolumeSizeGiB), align: "right" },
    {
      title: "state",
      text: ({ snapshot }) => snapshot.state,
      tone: ({ snapshot }) => toneOf(snapshot.state),
    },
    ...(rows.some((row) => heldIn(row) !== false) ? [hold] : []),
    { title: "age", text: ({ snapshot }) => ageText(snapshot.createdAt, now), align: "right" },
    { title: "volume", text: ({ snapshot }) => snapshot.volumeId, optional: true },
    { title: "id", text: ({ snapshot }) => snapshot.id },
  ];
}

/** `held` is `null` where it cannot be seen: JSON has no `undefined`. */
const toData = (row: SnapshotRow): object => ({
  cloud: row.cloud,
  ...row.snapshot,
  held: heldIn(row) ?? null,
});

/** Writes a list of snapshots. */
export async function writeSnapshots(format: OutputFormat, rows: readonly SnapshotRow[]): Promise<void> {
  await writeResult(format, rows.map(toData), async () => {
    const { renderTable } = await import("../output/table.ts");
    if (rows.length === 0) return "No snapshots.\n";
    return renderTable(rows, columns(rows, Date.now()));
  });
}

/** Writes one snapshot. */
export async function writeSnapshot(format: OutputFormat, row: SnapshotRow): Promise<void> {
  const { cloud, snapshot } = row;
  await writeResult(format, toData(row), async () => {
    const { renderFields } = await import("../output/table.ts");
    return renderFields([
      ["cloud", cloud],
      ["name", snapshot.name, "strong"],
      ["id", snapshot.id],
      ["state", snapshot.state, toneOf(snapshot.state)],
      ["hold", holdText(heldIn(row)), "busy"],
      ["of volume", snapshot.volumeId],
      ["restore needs", sizeText(snapshot.minVolumeSizeGiB)],
      ["billed for", snapshot.billableGiB === undefined ? "" : sizeText(snapshot.billableGiB)],
      ["regions", snapshot.regions.join(", ")],
      ["description", snapshot.description ?? ""],
      ["tags", tagsText(snapshot)],
      ["created", `${snapshot.createdAt.toISOString()} (${ageText(snapshot.createdAt, Date.now())} ago)`],
    ]);
  });
}
