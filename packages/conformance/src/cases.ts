import { answerCases } from "./groups/answers.ts";
import { attachCases } from "./groups/attach.ts";
import { busyCases } from "./groups/busy.ts";
import { cancellationCases } from "./groups/cancellation.ts";
import { decisionCases } from "./groups/decisions.ts";
import { errorCases } from "./groups/errors.ts";
import { faultCases } from "./groups/faults.ts";
import { harnessCases, leftoverCases } from "./groups/harness-check.ts";
import { identityCases } from "./groups/identity.ts";
import { operationCases } from "./groups/operations.ts";
import { pagingCases } from "./groups/paging.ts";
import { snapshotCases } from "./groups/snapshots.ts";
import { markCases, tagCases } from "./groups/tags.ts";
import { volumeChangeCases } from "./groups/volumes-change.ts";
import { volumeCreateCases } from "./groups/volumes-create.ts";
import { volumeReadCases } from "./groups/volumes-get-list.ts";
import { waitCases } from "./groups/waits.ts";
import type { MakeHarness } from "./harness.ts";
import { type ConformanceCase, collectCases, type Suite } from "./suite.ts";

/** The cases of the conformance list have the numbers 1 to this. */
export const LAST_CASE: number = 73;

const GROUPS: Readonly<Record<string, (suite: Suite) => void>> = {
  "the harness": harnessCases,
  "identity and capabilities": identityCases,
  "creating volumes": volumeCreateCases,
  "reading volumes": volumeReadCases,
  "changing volumes": volumeChangeCases,
  paging: pagingCases,
  snapshots: snapshotCases,
  tags: tagCases,
  attaching: attachCases,
  operations: operationCases,
  faults: faultCases,
  "busy resources": busyCases,
  marks: markCases,
  "decisions before changes": decisionCases,
  waits: waitCases,
  errors: errorCases,
  answers: answerCases,
  cancellation: cancellationCases,
  leftovers: leftoverCases,
};

/** The whole kit for one driver. */
export function allCases(makeHarness: MakeHarness): readonly ConformanceCase[] {
  return collectCases(makeHarness, GROUPS);
}
