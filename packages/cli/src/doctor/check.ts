import { type ErrorData, errorData } from "../errors.ts";

/** One thing that was looked at. */
export interface Check {
  /** `machine`, `configuration`, or `cloud NAME`. */
  readonly area: string;
  readonly check: string;
  /** `warning`: it works, and may not for long or not as it is meant. `skipped`: it could not be looked at. */
  readonly result: "ok" | "warning" | "failed" | "skipped";
  /** What was found, in words; never a secret. */
  readonly found: string;
  /** What to do about it. */
  readonly next?: string | undefined;
  /** Of what has failed: its {@link ErrorData.code}. */
  readonly code?: ErrorData["code"] | undefined;
}

/** What was found of one thing of an area. */
export type Finding = Omit<Check, "area">;

export const ok = (check: string, found: string): Finding => ({ check, result: "ok", found });

export const warning = (check: string, found: string, next: string): Finding => ({
  check,
  result: "warning",
  found,
  next,
});

export const skipped = (check: string, found: string): Finding => ({ check, result: "skipped", found });

/** What an error says, and what to do about it. */
export function failed(check: string, error: unknown, cloud?: string, next?: string): Finding {
  const { code, message, next: usual } = errorData(error, cloud);
  return { check, result: "failed", found: message, next: next ?? usual, code };
}
