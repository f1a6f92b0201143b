import { expect } from "vitest";
import { isPolyvolError, type PolyvolError } from "../../packages/core/src/errors.ts";

/** The error that a call ends with. It has to fail, and with a `PolyvolError`: all else fails the test. */
export async function failureOf(work: Promise<unknown> | undefined): Promise<PolyvolError> {
  const error = await Promise.resolve(work).then(
    (value) => expect.unreachable(`it should have failed, and gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!isPolyvolError(error)) throw error;
  return error;
}
