import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { ApiError, gatewayAnswer, languageOf, renderError, type Text } from "./errors.ts";
import * as refusals from "./refusals.ts";

/** What the service or its gateway says with a status when a fault asks for it, whatever the request. */
export function failureAnswer(
  status: number,
  request: ServiceRequest,
  now: number,
  newRequestId: () => string,
): ServiceResponse {
  if (status === 417) return rejectedPage(newRequestId());
  if (status === 502 || status === 503 || status === 504)
    return gatewayAnswer(status, request.path, now, newRequestId().slice(-8));
  const language = languageOf(request.headers.get("accept-language"));
  return renderError(errorOf(status, request), language, newRequestId);
}

function errorOf(status: number, request: ServiceRequest): ApiError {
  switch (status) {
    case 401:
      return refusals.unauthorized(REFUSED);
    case 403:
      return new ApiError({ status, code: "Forbidden", detail: REFUSED });
    case 404:
      return refusals.notFound();
    case 406:
      return refusals.noSuchVersion(request.headers.get("scp-api-version") ?? "");
    case 409:
      return refusals.conflict(REFUSED);
    case 429:
      return new ApiError({ status, code: "TooManyRequests", detail: TOO_MANY });
    case 500:
      return refusals.internalError();
    default:
      return status < 500
        ? new ApiError({ status, code: "VirtualServer.BadRequest", title: "BadRequest", detail: REFUSED })
        : new ApiError({ status, code: "ContactAdminForAssistance", detail: PROBLEM });
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

const REFUSED: Text = {
  en: "The request could not be satisfied.",
  ko: "요청을 처리할 수 없습니다.",
};
const TOO_MANY: Text = {
  en: "Too many requests. Please try again later.",
  ko: "요청이 너무 많습니다. 잠시 후 다시 시도하세요.",
};
const PROBLEM: Text = {
  en: "There was a problem processing your request. Please contact the administrator.",
  ko: "요청을 처리하는 중 문제가 발생했습니다. 관리자에게 문의하세요.",
};
