/**
 * Why a fleet cannot begin or go on: `unreachable` (Redis does not answer), `unauthenticated` (it refuses the password),
 * `unsuitable` (it is too old, may forget jobs, or is no single primary server), `invalid_argument` (what the caller gave).
 */
export type FleetErrorCode = "unreachable" | "unauthenticated" | "unsuitable" | "invalid_argument";

const BRAND = Symbol.for("polyvol.fleetError");

/** A fleet that cannot begin. `message` says what was found and what is allowed, and holds no password. */
export class FleetError extends Error {
  /** Always `FleetError`. */
  override readonly name: string = "FleetError";
  /** What kind of failure it is. */
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether `error` is a {@link FleetError} of any copy of this package. */
export function isFleetError(error: unknown, code?: FleetErrorCode): error is FleetError {
  if (typeof error !== "object" || error === null) return false;
  if ((error as Record<symbol, unknown>)[BRAND] !== true) return false;
  return code === undefined || (error as FleetError).code === code;
}
