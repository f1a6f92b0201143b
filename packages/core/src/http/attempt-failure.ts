import type { PolyvolError } from "../errors.ts";
import { whyNotLoaded } from "../loading.ts";
import { type PreparedRequest, requestError } from "./request.ts";
import type { TransportNotLoaded, TransportProgress } from "./transport/contract.ts";

/** The error of an attempt that took too long, by how far it had come. */
export function failureOfTimeout(
  request: PreparedRequest,
  timeoutMs: number,
  { sent, progress: { connected, proxy } }: { readonly sent: boolean; readonly progress: TransportProgress },
): PolyvolError {
  const { host } = new URL(request.url);
  const arrived = sent && connected !== false;
  const detour = proxy === undefined ? "" : ` by way of the proxy ${proxy}`;
  const what = !sent
    ? "the credentials were not there"
    : arrived
      ? `no complete answer from ${host}`
      : `no connection to ${host}${detour} was made`;
  return requestError(request, "timeout", `${what} within ${timeoutMs} ms`, {
    retryable: true,
    outcome: arrived ? "unknown" : "not_applied",
  });
}

/**
 * The error of a part of Polyvol that could not be loaded: a bundler or a test runner has left it out, say. The network
 * has nothing to do with it, and it does not pass.
 */
export function failureOfLoading(
  request: PreparedRequest,
  { cause }: Pick<TransportNotLoaded, "cause">,
): PolyvolError {
  const reason = `the part of Polyvol that sends requests could not be loaded: ${whyNotLoaded(cause)}`;
  return requestError(request, "unknown", reason, { retryable: false, outcome: "not_applied", cause });
}
