/*
 * What the answers to changes mean here. An accepted change (202) has begun, and that is all: there is no record of
 * it to ask for. The resource itself is looked at until it has settled, and a deletion is over at 404.
 */
import type { Changed, Started } from "@polyvol/core/driver";

/** A create that was accepted. Its body may say `available` already; it is not believed. */
export function started<T>(resource: T): Started<T> {
  return { resource, settled: false };
}

/** Any other change that was accepted. */
export async function accepted(request: Promise<undefined>): Promise<Changed> {
  await request;
  return {};
}

/** A change that is over once it is answered (200). */
export async function done(request: Promise<undefined>): Promise<Changed> {
  await request;
  return { settled: true };
}
