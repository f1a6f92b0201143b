import { collect } from "../../options.ts";
import type { Column } from "../../output/table.ts";
import type { Tone } from "../../output/terminal.ts";

/** `--policy` of the commands that read policies. */
export const POLICY = [
  "--policy <id>",
  "only this policy is evaluated, as if there were no others (repeatable); default: all",
  collect,
] as const;

/** `--prune-only` of `plan` and `run`. */
export const PRUNE_ONLY = [
  "--prune-only",
  "only delete what no rule keeps and what has failed; make nothing: by hand, for an account that is full",
] as const;

/** `--lift-brake` of `plan` and `run`. */
export const LIFT_BRAKE = [
  "--lift-brake",
  "this once, delete all that no rule keeps, whatever brakes.maxShare says",
] as const;

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

/** The columns of a table of changes. */
export const CHANGE_COLUMNS: readonly Column<ChangeRow>[] = [
  { title: "cloud", text: ({ cloud }) => cloud },
  { title: "volume", text: ({ volume }) => volume, flexible: true },
  { title: "policy", text: ({ policy }) => policy },
  { title: "change", text: ({ change }) => change, tone: ({ tone }) => tone },
  { title: "snapshot", text: ({ snapshot }) => snapshot, flexible: true },
  { title: "reason", text: ({ reason }) => reason, flexible: true },
];
