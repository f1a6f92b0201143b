import { isPolyvolError, type PolyvolError, type PolyvolErrorCode } from "@polyvol/core";
import { expect } from "vitest";
import type { Bench } from "./bench.ts";

/** The error that `work` ends with; a failed expectation when it ends well or with something else. */
export async function failure(work: () => Promise<unknown>): Promise<PolyvolError> {
  let thrown: unknown;
  try {
    const value = await work();
    expect.unreachable(`it should have failed, and gave ${JSON.stringify(value)}`);
  } catch (error) {
    thrown = error;
  }
  if (!isPolyvolError(thrown)) throw thrown;
  return thrown;
}

/** Expects `work` to fail with one of `codes`, and returns the error. */
export async function refuses(
  work: () => Promise<unknown>,
  ...codes: readonly PolyvolErrorCode[]
): Promise<PolyvolError> {
  const error = await failure(work);
  if (!codes.includes(error.code)) {
    throw new Error(`expected ${codes.join(" or ")}, found: ${error.message}`, { cause: error });
  }
  return error;
}

/** Expects `work` to fail with one of `codes` before anything is sent. */
export async function refusesLocally(
  bench: Bench,
  work: () => Promise<unknown>,
  ...codes: readonly PolyvolErrorCode[]
): Promise<PolyvolError> {
  const before = bench.requests().total;
  const error = await refuses(work, ...codes);
  expect(bench.requests().total, "requests sent").toBe(before);
  return error;
}

/** Expects that the provider holds the same resources after `work` as before. */
export async function leavesAsItWas<T>(bench: Bench, work: () => Promise<T>): Promise<T> {
  const before = await bench.holds();
  const result = await work();
  expect(await bench.holds(), "what the provider holds").toEqual(before);
  return result;
}

/** Expects that `work` asks the provider for no change. */
export async function sendsNoChange<T>(bench: Bench, work: () => Promise<T>): Promise<T> {
  const before = bench.requests().changes;
  const result = await work();
  expect(bench.requests().changes, "changes sent").toBe(before);
  return result;
}

/** Ids in a fixed order, for comparing what two listings saw. */
export function idsOf(resources: Iterable<{ readonly id: string }>): string[] {
  return [...resources].map((each) => each.id).sort();
}
