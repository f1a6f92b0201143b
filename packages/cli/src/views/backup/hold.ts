import { isHeld } from "@polyvol/backup";
import { type OutputFormat, writeResult } from "../../output/result.ts";
import type { SnapshotRow } from "../snapshot.ts";

/** Writes snapshots whose hold was changed, as they are now. */
export async function writeHolds(format: OutputFormat, rows: readonly SnapshotRow[]): Promise<void> {
  const data = rows.map(({ cloud, snapshot }) => ({ cloud, ...snapshot, held: isHeld(snapshot) }));
  await writeResult(format, data, async () => {
    const { renderTable } = await import("../../output/table.ts");
    return renderTable(data, [
      { title: "cloud", text: ({ cloud }) => cloud },
      { title: "snapshot", text: ({ name }) => name, flexible: true },
      {
        title: "hold",
        text: ({ held }) => (held ? "held" : "not held"),
        tone: ({ held }) => (held ? "busy" : "note"),
      },
      { title: "id", text: ({ id }) => id },
    ]);
  });
}
