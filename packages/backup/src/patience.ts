import type { BlockStorage, CallOptions } from "@polyvol/core";

/** Deadlines that core gives calls that read, and calls that wait for a change to end, unless told otherwise. */
const READ_MS = 60_000;
const CHANGE_MS = 900_000;

/**
 * Options of a call that is one of very many: its deadline leaves time for the provider's longest request quota to come
 * round, since others of the same run may have used it up.
 */
export function patiently(
  { capabilities }: Pick<BlockStorage, "capabilities">,
  kind: "read" | "change",
  abortSignal: AbortSignal | undefined,
): CallOptions {
  const windows = capabilities.limits.requestQuotas.map(({ windowMs }) => windowMs);
  const timeoutMs = Math.max(0, ...windows) + (kind === "read" ? READ_MS : CHANGE_MS);
  return { timeoutMs, ...(abortSignal === undefined ? {} : { abortSignal }) };
}
