import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";

/** An error answer of the provider: status, slug and text. */
export class ApiError extends Error {
  readonly status: number;
  readonly slug: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, slug: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.slug = slug;
    this.headers = headers;
  }
}

/** Slug and text by status, for errors that say no more than their status. */
const GENERIC: Readonly<Record<number, readonly [slug: string, message: string]>> = {
  400: ["bad_request", "error parsing request body"],
  401: ["unauthorized", "Unable to authenticate you."],
  403: ["forbidden", "you do not have access for the attempted action"],
  404: ["not_found", "The resource you were accessing could not be found."],
  409: ["conflict", "The request conflicts with the current state of the resource."],
  412: ["precondition_failed", "A precondition of the request does not hold."],
  422: ["unprocessable_entity", "The request could not be processed."],
  429: ["too_many_requests", "API Rate limit exceeded."],
  500: ["server_error", "Unexpected server-side error"],
  502: ["bad_gateway", "The service gave no valid answer."],
  503: ["service_unavailable", "Service is currently unavailable."],
  504: ["gateway_timeout", "The service gave no answer in time."],
};

/** The error with the usual slug of its status, and the usual text unless another is given. */
export function apiError(
  status: number,
  message?: string,
  headers: Readonly<Record<string, string>> = {},
): ApiError {
  const [slug, text] = GENERIC[status] ?? ["error", `status ${status}`];
  return new ApiError(status, slug, message ?? text, headers);
}

export const notFound = (message?: string): ApiError => apiError(404, message);
export const conflict = (message: string): ApiError => apiError(409, message);
export const unprocessable = (message: string): ApiError => apiError(422, message);

/** The error as an answer. The one for a missing or wrong token is the only one without a request id in its body. */
export function errorResponse(error: ApiError, requestId: string): ServiceResponse {
  const { status, slug, message, headers } = error;
  const body = status === 401 ? { id: slug, message } : { id: slug, message, request_id: requestId };
  return { status, headers, body };
}

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
