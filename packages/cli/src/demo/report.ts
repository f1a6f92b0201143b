import { colour, type Tone } from "../output/colour.ts";
import { sizeText } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import type { Cost } from "./count-requests.ts";
import type { Taken } from "./round.ts";

/** One line of the table at the end. */
export interface ReportRow extends Taken {
  readonly creation: Cost;
  readonly deletion: Cost;
  /** Why the deletion failed. */
  readonly deletionError?: unknown;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const seconds = ({ elapsedMs }: Cost): string => `${(elapsedMs / 1000).toFixed(1)} s`;
const NOTE = "A look that several volumes share is one request, counted with the volume that asked first.\n";

function result({ error, deletionError }: ReportRow): string {
  if (error !== undefined) return `failed: ${messageOf(error)}`;
  return deletionError === undefined ? "done" : `not deleted: ${messageOf(deletionError)}`;
}

/** What happened, as a table. */
export function renderReport(rows: readonly ReportRow[]): string {
  const tone = ({ error, deletionError }: ReportRow): Tone =>
    error === undefined && deletionError === undefined ? "good" : "bad";
  const table = renderTable(rows, [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "volume", text: ({ volume }) => volume.name, flexible: true },
    { title: "size", text: ({ volume }) => sizeText(volume.sizeGiB), align: "right" },
    { title: "snapshot", text: ({ snapshot }) => snapshot?.name ?? "", flexible: true },
    { title: "made in", text: ({ creation }) => seconds(creation), align: "right" },
    { title: "gone in", text: ({ deletion }) => seconds(deletion), align: "right" },
    {
      title: "requests",
      text: ({ creation, deletion }) => String(creation.requests + deletion.requests),
      align: "right",
    },
    { title: "result", text: result, tone, flexible: true },
  ]);
  return `${table}\n${colour("note", NOTE)}`;
}

/** The last word: whether the clouds hold what they should. */
export function renderVerdict(differences: readonly string[], snapshots: number, volumes: number): string {
  if (differences.length === 0) {
    const mark = colour("good", "✓");
    return `${mark} Checked inside both emulators: ${snapshots} snapshots were there, none is left, ${volumes} volumes are untouched.\n`;
  }
  const lines = differences.map((difference) => `  ${difference}\n`);
  return `${colour("bad", "✗")} The clouds are not as they should be:\n${lines.join("")}`;
}
