import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import {
  ApiError,
  badRequest,
  conflict,
  internalError,
  noSuchVersion,
  notFound,
  type Text,
  unauthorized,
} from "./errors.ts";

/** The error envelope of the service, in the language of `Accept-Language`. `newRequestId` gives `req-<uuid>`. */
export function errorResponse(
  { status, code, detail, details }: ApiError,
  request: ServiceRequest,
  newRequestId: () => string,
): ServiceResponse {
  const { title = code, denied, headers = {} } = details;
  const language = /^\s*ko\b/i.test(request.headers.get("accept-language") ?? "") ? "ko" : "en";
  const texts = [detail].flat().map((text) => text[language]);
  const [message] = texts;
  const body = details.body ?? {
    errors: [
      {
        code,
        title,
        status,
        detail: Array.isArray(detail) ? texts : message,
        request_id: newRequestId(),
        global_request_id: newRequestId(),
        links: [],
        related_resources: [],
        response: denied === undefined ? null : { ...denied, caused_auths: [], message },
      },
    ],
  };
  return { status, headers: { ...headers, "content-type": "application/json" }, body: asciiJson(body) };
}

/** The service escapes letters beyond ASCII (`\uXXXX`). */
function asciiJson(body: unknown): string {
  return JSON.stringify(body).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const REASONS = {
  403: "Forbidden",
  404: "Not Found",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
} as const;

/** An error of the gateway itself, such as for requests that carry no `Scp-*` header at all. */
export function gatewayResponse(
  status: keyof typeof REASONS,
  path: string,
  now: number,
  newRequestId: () => string,
): ServiceResponse {
  return {
    status,
    headers: {},
    body: {
      timestamp: new Date(now).toISOString().replace("Z", "+00:00"),
      path,
      status,
      error: REASONS[status],
      // The gateway's own ids look different: eight hexadecimal digits and a number.
      requestId: `${newRequestId().slice(-8)}-1`,
    },
  };
}

/** The response of the service or its gateway with a status, whatever the request: for faults that name one. */
export function failureResponse(
  status: number,
  request: ServiceRequest,
  now: number,
  newRequestId: () => string,
): ServiceResponse {
  if (status === 417) return rejectedPage(newRequestId());
  if (status === 502 || status === 503 || status === 504)
    return gatewayResponse(status, request.path, now, newRequestId);
  return errorResponse(errorWith(status, request), request, newRequestId);
}

function errorWith(status: number, request: ServiceRequest): ApiError {
  switch (status) {
    case 401:
      return unauthorized(REFUSED);
    case 403:
      return new ApiError(status, "Forbidden", REFUSED);
    case 404:
      return notFound();
    case 406:
      return noSuchVersion(request.headers.get("scp-api-version") ?? "");
    case 409:
      return conflict(REFUSED);
    case 429:
      return new ApiError(status, "TooManyRequests", TOO_MANY);
    case 500:
      return internalError();
    default:
      return status < 500 ? badRequest(REFUSED, status) : internalError(status, "ContactAdminForAssistance");
  }
}

/** The firewall in front of the service, seen when many connections start within a minute. */
function rejectedPage(supportId: string): ServiceResponse {
  return {
    status: 417,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: ${supportId}</body></html>`,
  };
}

const REFUSED: Text = { en: "The request could not be satisfied.", ko: "요청을 처리할 수 없습니다." };
const TOO_MANY: Text = {
  en: "Too many requests. Please try again later.",
  ko: "요청이 너무 많습니다. 잠시 후 다시 시도하세요.",
};
