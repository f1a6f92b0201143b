import type { Limits } from "@polyvol/core";
import type { BackupProblem } from "../problem.ts";
import { newestFirst } from "./plan-entries.ts";
import type { PlannedCreation, PlannedDeletion, PlannedKeep, VolumePlan } from "./stored-plan.ts";

/** What becomes of the snapshots of a volume. */
export type Changes = Pick<VolumePlan, "create" | "delete" | "keep">;

/** One step on a volume: a creation, or the deletions of one policy. */
export type VolumeStep =
  | { readonly kind: "create"; readonly creation: PlannedCreation }
  | { readonly kind: "delete"; readonly policyId: string; readonly deletions: readonly PlannedDeletion[] };

/**
 * The order of work on a volume: what has failed goes first, then every creation comes before any deletion, as long as
 * the provider has room for that. Where it has not, policies that have their new snapshot already make room first, then
 * deletions that hold without the new one. Undefined when there is no such order.
 */
export function orderSteps(volume: Changes, limits: Limits): readonly VolumeStep[] | undefined {
  const { create, delete: deletions, keep } = volume;
  const left = Map.groupBy(deletions, ({ policyId }) => policyId);
  const waiting = new Set(create.map(({ policyId }) => policyId));
  const { snapshotsPerVolume: most } = limits;
  let free = (most === "unknown" ? Number.POSITIVE_INFINITY : most) - keep.length - deletions.length;
  const steps: VolumeStep[] = [];
  const prune = (mayGo: (deletion: PlannedDeletion) => boolean): void => {
    for (const [policyId, own] of left) {
      const going = own.filter(mayGo);
      if (going.length === 0) continue;
      steps.push({ kind: "delete", policyId, deletions: going });
      left.set(
        policyId,
        own.filter((each) => !mayGo(each)),
      );
      free += going.length;
    }
  };
  prune(({ failed }) => failed === true);
  for (const creation of create) {
    // One that an earlier run has begun is there already, and takes no room.
    if (!keep.some(({ name }) => name === creation.name)) {
      if (free < 1) prune(({ policyId }) => !waiting.has(policyId));
      if (free < 1) prune(({ first }) => first === true);
      if (free < 1) return undefined;
      free -= 1;
    }
    steps.push({ kind: "create", creation });
    waiting.delete(creation.policyId);
  }
  prune(() => true);
  return steps;
}

/** How room is looked for. */
export interface LimitSearch {
  readonly fits: (changes: Changes) => boolean;
  /** Ids of the snapshots that no rule keeps even without a new one; spans reach back from the slots of these. */
  readonly early: (spansFrom: readonly PlannedCreation[]) => ReadonlySet<string>;
  readonly noRoom: (creation: PlannedCreation) => BackupProblem;
}

/**
 * Takes back what cannot be done. Where the provider has no room for the new ones, deletions that hold without them
 * come first, as many as it takes; a creation for which there is no room even so is left out, with a problem. Nothing
 * makes room for what is left out.
 */
export function fitToLimits(changes: Changes, problems: BackupProblem[], search: LimitSearch): Changes {
  for (let rest = changes; ; rest = { ...rest, create: rest.create.slice(0, -1) }) {
    const fitting = withRoom(rest, problems, search);
    const last = rest.create.at(-1);
    if (fitting !== undefined || last === undefined) return fitting ?? rest;
    problems.push(search.noRoom(last));
  }
}

/**
 * With the fewest deletions marked that have to come before the creations; undefined where all of them are too few. Where
 * those that hold as things are do not make room, what the spans of the new snapshots do not reach any more may go, too:
 * on a day of 25 hours there is one more than else, and a volume that is full would stay so.
 */
function withRoom(
  changes: Changes,
  problems: readonly BackupProblem[],
  { fits, early }: LimitSearch,
): Changes | undefined {
  const asPlanned = afterProblems(changes, problems);
  if (fits(asPlanned)) return asPlanned;
  for (const spansFrom of [[], changes.create]) {
    const ids = early(spansFrom);
    const may = changes.delete.filter(({ snapshotId, failed }) => failed !== true && ids.has(snapshotId));
    for (let count = 1; count <= may.length; count += 1) {
      const first = new Set(may.slice(0, count));
      const marked = changes.delete.map((each) =>
        first.has(each) ? { ...each, first: true as const } : each,
      );
      const fitting = afterProblems({ ...changes, delete: marked }, problems);
      if (fits(fitting)) return fitting;
    }
  }
  return undefined;
}

/**
 * A refusal of the whole volume stops everything on it. Any other failure stops its deletions, but for those of what
 * has failed and those that make room.
 */
function afterProblems(changes: Changes, problems: readonly BackupProblem[]): Changes {
  const hindered = problems.filter(({ effect }) => effect === "nothing_done");
  if (hindered.length === 0) return changes;
  const refused = hindered.some(({ policyId }) => policyId === undefined);
  const goes = ({ failed, first }: PlannedDeletion): boolean =>
    !refused && (failed === true || first === true);
  const spared = changes.delete
    .filter((each) => !goes(each))
    .map(
      ({ reason, policyId, failed, again, first, ...each }): PlannedKeep => ({
        ...each,
        policyId,
        reasons: [`nothing is deleted, since something on this volume cannot be done (${reason})`],
      }),
    );
  return {
    create: refused ? [] : changes.create,
    delete: changes.delete.filter(goes),
    keep: newestFirst([...changes.keep, ...spared]),
  };
}
