import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import { expect } from "vitest";

/** The error that `work` ends with. */
export async function failureOf(work: Promise<unknown> | undefined): Promise<PolyvolError> {
  const error = await Promise.resolve(work).then(
    (value) => expect.unreachable(`it should have failed, and gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isPolyvolError(error)) throw error;
  return error;
}
