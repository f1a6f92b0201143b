import { expect } from "vitest";
import { PolicyError } from "../../src/index.ts";

/** The `path: found` of every problem that a call throws; what is allowed is always said. */
export function problemsOf(call: () => unknown, code: PolicyError["code"] = "invalid_argument"): string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    expect(error.code).toBe(code);
    for (const { allowed } of error.problems) expect(allowed).not.toBe("");
    return error.problems.map(({ path, found }) => `${path}: ${found}`);
  }
}
