import type { BackupProblem } from "@polyvol/backup";
import { FAILED, nextStep, reportText } from "../errors.ts";

const EFFECTS: Readonly<Record<BackupProblem["effect"], string>> = {
  nothing_done: "no snapshot is taken and none deleted there",
  nothing_deleted: "no snapshot is deleted there",
  attention: "",
};

/**
 * Says each problem and what to do next, and gives the exit code. What a problem keeps from being done is said where
 * something was to be done.
 */
export function reportProblems(
  problems: readonly BackupProblem[],
  doing: "work" | "looking" = "work",
): number {
  for (const problem of problems) {
    const { cloud, policyId, volumeName, volumeId, message, effect } = problem;
    const volume = volumeName ?? volumeId;
    // A message that begins with its place is not given it twice.
    const ofPolicy = `policy ${policyId}`;
    const ofVolume = `volume ${volume}`;
    const saysVolume = volume !== undefined && message.startsWith(`${ofVolume} (`);
    const place = [
      saysVolume ? "" : (cloud ?? ""),
      policyId === undefined || message.startsWith(`${ofPolicy}:`) ? "" : ofPolicy,
      volume === undefined || saysVolume ? "" : ofVolume,
      message,
    ].filter((part) => part !== "");
    const result = doing === "work" ? EFFECTS[effect] : "";
    reportText(`${place.join(": ")}${result === "" ? "" : `; ${result}`}`, nextOf(problem));
  }
  return problems.length === 0 ? 0 : FAILED;
}

/** What has been refused here, or said by a hook, is said in full; what a cloud answered has its usual next step. */
function nextOf(problem: BackupProblem): string | undefined {
  if (problem.hook !== undefined) return undefined;
  const local = ["failed_precondition", "not_found", "conflict", "already_exists"];
  if (local.includes(problem.code)) return undefined;
  const next = nextStep(problem, problem.cloud);
  return problem.code === "resource_exhausted"
    ? `${next}; polyvol backup run --prune-only deletes what no rule keeps`
    : next;
}
