import { PolyvolError } from "../errors.ts";

/**
 * One variable part of a path, escaped so that it can name nothing but itself.
 * @throws PolyvolError `invalid_argument` for what no escaping makes safe: nothing at all, `.` and `..`.
 */
export function pathSegment(value: string): string {
  if (value === "" || value === "." || value === "..") {
    throw new PolyvolError("invalid_argument", `${JSON.stringify(value)} is not an id`, {
      outcome: "not_applied",
    });
  }
  return encodeURIComponent(value);
}
