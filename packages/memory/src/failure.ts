import type { PolyvolErrorCode, PolyvolErrorDetails } from "@polyvol/core";

/** The account says no, having done nothing. The driver makes a `PolyvolError` of it. */
export class Refusal extends Error {
  readonly code: PolyvolErrorCode;
  readonly details: PolyvolErrorDetails;

  constructor(code: PolyvolErrorCode, reason: string, details: PolyvolErrorDetails = {}) {
    super(reason);
    this.code = code;
    this.details = details;
  }
}

/** What is there is busy, and will not stay so. */
export function busy(reason: string): Refusal {
  return new Refusal("conflict", reason, { retryable: true });
}

/** The name is held: the resource of that name may be the one that the caller wants. */
export function nameTaken(kind: "volume" | "snapshot", name: string): Refusal {
  return new Refusal("already_exists", `a ${kind} named ${JSON.stringify(name)} is there already`, {
    mayAlreadyExist: true,
  });
}
