/** What an unsuccessful answer means where its status alone says too little, or says it wrongly. */
import type { FailedResponse, FailureRefinement } from "@polyvol/core/http";

/** Attic's word for the problem → what it means. Everything else is as its status says. */
const PROBLEMS = new Map<string, FailureRefinement>([
  // Anything between here and Attic answers 404, too. In Attic's own words alone it says that there is none.
  ...["volume", "snapshot", "job"].map((kind) => [`no_such_${kind}`, { code: "not_found" }] as const),
  // Refused, and the one that holds the name may be the one that was asked for: look before anything else.
  ["name_taken", { code: "already_exists", mayAlreadyExist: true, reason: "the name is taken" }],
  // Refused for now only. Core waits it out.
  ["busy", { code: "conflict", retryable: true, reason: "another change of it is under way" }],
  // 507 would count as a failure of the service, of unknown outcome. It is a plain no.
  ["attic_full", full("the account holds as much as it may")],
  ["shelf_full", full("the volume has as many snapshots as it may")],
]);

export function refineFailure({ json }: FailedResponse): FailureRefinement {
  const problem = (json as { readonly problem?: unknown } | null | undefined)?.problem;
  if (typeof problem !== "string" || !/^\w{1,40}$/.test(problem)) return {};
  return { reason: `Attic says ${problem}`, ...PROBLEMS.get(problem), providerCode: problem };
}

function full(reason: string): FailureRefinement {
  return { code: "resource_exhausted", outcome: "not_applied", retryable: false, reason };
}
