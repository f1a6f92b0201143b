import type { PlannedDeletion, VolumePlan } from "@polyvol/backup";
import { collect } from "../../options.ts";
import { instantText } from "../../output/format.ts";
import type { Renderers } from "../../output/result.ts";
import { orderBy } from "../../output/sort.ts";
import { type Column, differIn } from "../../output/table.ts";
import type { Tone } from "../../output/terminal.ts";

/** `--policy` of the commands that read policies. */
export const POLICY: readonly [string, string, typeof collect] = [
  "--policy <id>",
  "only this policy is evaluated, as if there were no others (repeatable); default: all",
  collect,
];

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
  readonly snapshotId?: string;
  /** The slot of the snapshot, in ISO 8601. */
  readonly slot: string;
  /** Why, in some words. */
  readonly why: string;
  /** Why, in full. */
  readonly reason: string;
}

const cloudOf = ({ cloud }: ChangeRow): string => cloud;
const policyOf = ({ policy }: ChangeRow): string => policy;

const COLUMNS: readonly Column<ChangeRow>[] = [
  { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
  { title: "volume", text: ({ volume }) => volume, whole: true },
  { title: "policy", text: policyOf, rank: 2, needed: differIn(policyOf) },
  { title: "change", text: ({ change }) => change, tone: ({ tone }) => tone },
  { title: "slot", text: ({ slot }) => (slot === "" ? "" : instantText(new Date(slot))) },
  { title: "why", text: ({ why }) => why, cutTo: 20 },
  { title: "reason", text: ({ reason }) => reason, wide: true },
  { title: "snapshot", text: ({ snapshot }) => snapshot, wide: true },
  { title: "id", text: ({ snapshotId = "" }) => snapshotId, wide: true },
];

/** A table by cloud and volume, where there is something; what is done to one volume stays in its order. */
export function changesText(rows: readonly ChangeRow[], { table }: Renderers): string {
  if (rows.length === 0) return "";
  const order = orderBy<ChangeRow>(cloudOf, ({ volume }) => volume);
  return `${table(rows.toSorted(order), COLUMNS)}\n`;
}

/** Why a snapshot is made, in some words: what the slot of its row does not say. */
export function whyCreated(plan: VolumePlan | undefined, policyId: string): string {
  const policy = plan?.policies.find((each) => each.policyId === policyId);
  if (policy === undefined) return "due";
  if (policy.newestSlot === undefined) return "due; the first one";
  const { count, more } = policy.missed;
  return count === 0 ? "due" : `due; ${more ? "more than " : ""}${count} missed before`;
}

/** Why a snapshot goes, in some words. */
export function whyDeleted({ failed, first }: Pick<PlannedDeletion, "failed" | "first">): string {
  if (failed === true) return "it has failed";
  return first === true ? "no rule keeps it; makes room" : "no rule keeps it";
}
