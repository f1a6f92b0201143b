import type { CallContext } from "../driver.ts";
import { PolyvolError, type PolyvolErrorCode, type PolyvolErrorDetails, refusedArgument } from "../errors.ts";
import type { HttpRequest } from "./types.ts";
import { buildUrl } from "./url.ts";

/** A request as it will be sent, once or twice: what all its attempts share. */
export type PreparedRequest = Readonly<ReturnType<typeof prepareRequest>>;

/** @throws PolyvolError `invalid_argument` for a path or body that cannot be sent as it is */
export function prepareRequest(
  provider: string,
  base: string,
  request: HttpRequest<unknown>,
  context: CallContext,
) {
  const { method } = request;
  /** Exactly what is signed and goes over the wire. */
  const url = buildUrl(base, request.path, request.query);
  /** Path and query. */
  const target = url.slice(url.indexOf("/", "https://".length));
  const path = target.split("?", 1)[0] ?? target;
  return { provider, context, method, url, target, path, body: toJson(request) };
}

function toJson({ method, body }: HttpRequest<unknown>): string | undefined {
  if (body === undefined) return undefined;
  if (method === "GET") throw refusedArgument("a GET request has no body");
  try {
    return JSON.stringify(body);
  } catch {
    throw refusedArgument("the body of the request cannot be written as JSON");
  }
}

/** An error of this request. The outcome is left out for reads: they change nothing. */
export function requestError(
  request: PreparedRequest,
  code: PolyvolErrorCode,
  reason: string,
  details: PolyvolErrorDetails,
): PolyvolError {
  const { outcome, ...others } = details;
  return new PolyvolError(code, reason, {
    provider: request.provider,
    operation: request.context.operation,
    ...others,
    outcome: request.method === "GET" ? undefined : outcome,
  });
}
