import { expect } from "vitest";
import type { PolicyError } from "../../src/index.ts";

/** The error that a call is refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<PolicyError> {
  return (await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )) as PolicyError;
}
