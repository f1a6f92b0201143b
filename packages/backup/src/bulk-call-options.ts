import type { BlockStorage, CallOptions } from "@polyvol/core";
import { storageOptions } from "@polyvol/core/driver";

/** Deadlines that core gives calls that read, and calls that wait for a change to end, unless told otherwise. */
const READ_MS = storageOptions.timeoutMs.default;
const CHANGE_MS = storageOptions.waitTimeoutMs.default;

/**
 * Options of a call that is one of very many: its deadline leaves time for the provider's longest request quota to come
 * round, since others of the same run may have used it up. `held`: a change while something stands still for it (a
 * hook has frozen what is on the volume), so no quota is waited for that takes longer than such a change itself may.
 */
export function bulkCallOptions(
  { capabilities }: Pick<BlockStorage, "capabilities">,
  kind: "read" | "change" | "held",
  abortSignal: AbortSignal | undefined,
): CallOptions {
  const windows = capabilities.limits.requestQuotas.map(({ windowMs }) => windowMs);
  const quotaMs = kind === "held" ? 0 : Math.max(0, ...windows);
  const timeoutMs = quotaMs + (kind === "read" ? READ_MS : CHANGE_MS);
  return { timeoutMs, abortSignal };
}
