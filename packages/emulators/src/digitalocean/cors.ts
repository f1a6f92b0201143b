import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";

/** Headers that let a page of any origin read the answer. */
export function corsHeaders(request: ServiceRequest): Readonly<Record<string, string>> | undefined {
  const origin = request.headers.get("origin");
  if (origin === undefined) return undefined;
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "ratelimit-limit, ratelimit-remaining, ratelimit-reset, x-request-id",
    vary: "Origin",
  };
}

/** The answer to a preflight request, which carries no token. */
export function preflight(request: ServiceRequest): ServiceResponse {
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers":
        request.headers.get("access-control-request-headers") ?? "authorization, content-type",
      "access-control-max-age": "86400",
    },
  };
}
