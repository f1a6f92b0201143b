import type { Volume } from "@polyvol/core";
import type { BackupProblem } from "../problem.ts";
import { matchesGlob } from "./glob.ts";
import type { Policy } from "./types.ts";

/** A volume that a policy chooses. */
export interface Fitting {
  readonly cloud: string;
  readonly volume: Volume;
}

/** A part of a policy's selector that nothing fits. */
export interface UnmatchedSelector {
  /** The policy. */
  readonly policyId: string;
  /** Which part: the selector as a whole, or one entry of `select`. */
  readonly what: "selector" | "id" | "name" | "cloud";
  /** The entry; absent for the selector as a whole. */
  readonly value?: string;
}

/**
 * What of a policy's selector fits none of the volumes that it chooses: a name that is misspelt, the id of a volume that is
 * gone, a cloud without any. Nothing where the policy says that it may be so.
 */
export function unmatchedOf(policy: Policy, fitting: readonly Fitting[]): readonly UnmatchedSelector[] {
  if (policy.allowEmpty) return [];
  const policyId = policy.id;
  const { clouds = [], ids = [], names = [] } = policy.select;
  const whole: UnmatchedSelector[] = fitting.length === 0 ? [{ policyId, what: "selector" }] : [];
  const without = (
    what: UnmatchedSelector["what"],
    entries: readonly string[],
    fits: (entry: string, each: Fitting) => boolean,
  ): UnmatchedSelector[] =>
    entries
      .filter((entry) => !fitting.some((each) => fits(entry, each)))
      .map((value) => ({ policyId, what, value }));
  return [
    ...whole,
    ...without("id", ids, (id, { volume }) => volume.id === id),
    ...without("name", names, (pattern, { volume }) => matchesGlob(pattern, volume.name)),
    ...without("cloud", clouds, (name, { cloud }) => cloud === name),
  ];
}

/**
 * The same as problems: a selector that matches nothing is a mistake until the policy says otherwise, and then its entries
 * need not be told as well.
 *
 * @param where was looked, in words
 */
export function unmatchedProblems(
  unmatched: readonly UnmatchedSelector[],
  where: string,
): readonly BackupProblem[] {
  const empty = new Set(unmatched.flatMap(({ what, policyId }) => (what === "selector" ? [policyId] : [])));
  return unmatched.flatMap(({ policyId, what, value = "" }): BackupProblem[] => {
    if (what === "selector") {
      const message =
        `policy ${policyId}: its selector matches no volume on ${where}; correct select, ` +
        "or say allowEmpty: true when that is meant";
      return [{ code: "not_found", message, effect: "nothing_done", policyId }];
    }
    if (empty.has(policyId)) return [];
    const nothing = {
      id: `volume on ${where} has the id ${value}`,
      name: `volume on ${where} fits the name ${JSON.stringify(value)}`,
      cloud: `volume on the cloud ${value}, which select.cloud names, is chosen`,
    }[what];
    const message =
      `policy ${policyId}: no ${nothing}; the others are backed up; correct select, ` +
      "or say allowEmpty: true when that is meant";
    return [{ code: "not_found", message, effect: "attention", policyId }];
  });
}
