import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import { expect } from "vitest";

/** The error that a call ends with. */
export async function failureOf(work: Promise<unknown>): Promise<PolyvolError> {
  const error = await work.then(
    (value) => expect.unreachable(`it should have failed, and gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!isPolyvolError(error)) throw error;
  return error;
}
