import type { Tone } from "../../output/colour.ts";
import type { Column } from "../../output/table.ts";

/** One creation or deletion, planned or done. */
export interface ChangeRow {
  readonly cloud: string;
  readonly volume: string;
  readonly policy: string;
  readonly change: string;
  readonly tone: Tone;
  readonly snapshot: string;
  readonly reason: string;
}

/** Columns of a table of changes. */
export const CHANGE_COLUMNS: readonly Column<ChangeRow>[] = [
  { title: "cloud", text: ({ cloud }) => cloud },
  { title: "volume", text: ({ volume }) => volume, flexible: true },
  { title: "policy", text: ({ policy }) => policy },
  { title: "change", text: ({ change }) => change, tone: ({ tone }) => tone },
  { title: "snapshot", text: ({ snapshot }) => snapshot, flexible: true },
  { title: "reason", text: ({ reason }) => reason, flexible: true },
];
