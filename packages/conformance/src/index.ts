/**
 * `@polyvol/conformance`: the tests that every Polyvol driver must pass.
 *
 * @module @polyvol/conformance
 */
export {
  type CheckOptions,
  type ConformanceOptions,
  checkBlockStorageDriver,
  describeBlockStorageDriver,
} from "./describe.ts";
export {
  ANOTHER,
  type BusyTarget,
  type FaultEffect,
  type FaultTarget,
  type Harness,
  type HarnessFault,
  type HarnessFaults,
  type HarnessIds,
  type HarnessRequests,
  type HeldResource,
  type Holdings,
  type MakeHarness,
  ODD_STATE,
  TOO_MANY_PAUSE_MS,
} from "./harness.ts";
export { type CaseResult, type ConformanceReport, writeConformanceReport } from "./report.ts";
