import type { Capabilities, Capability } from "@polyvol/core";

/** Thrown inside a case that does not apply to the driver; it is reported as skipped, with what was missing. */
export class NotApplicable extends Error {
  /** The missing capability, or the limit or behaviour that the case is about. */
  readonly capability: string;

  constructor(capability: string) {
    super(`needs ${capability}`);
    this.capability = capability;
  }
}

/** Thrown by the check of the harness where every further test would fail for the same reason, and say less. */
export class UnsoundHarness extends Error {}

/** The first of `needs` that the driver does not report. */
export function missingCapability(
  capabilities: Capabilities,
  needs: readonly Capability[],
): Capability | undefined {
  return needs.find((each) => !capabilities.supports.includes(each));
}
