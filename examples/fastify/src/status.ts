import type { PolyvolErrorCode } from "@polyvol/core";

const STATUSES: Readonly<Partial<Record<PolyvolErrorCode, number>>> = {
  invalid_argument: 400,
  out_of_range: 400,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  failed_precondition: 409,
  unsupported: 501,
  rate_limited: 503,
  unavailable: 503,
  timeout: 504,
};

/**
 * The status for whoever asked. Credentials are this service's own, so what is wrong with them is 500, and so is all that
 * they can do nothing about.
 */
export function statusOf(code: PolyvolErrorCode): number {
  return STATUSES[code] ?? 500;
}
