import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";

/** One text in the two languages of the service; `Accept-Language` chooses. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

interface Details {
  /** Default: the code. */
  readonly title?: string;
  /** The permission that is missing. */
  readonly denied?: { readonly access_level: string; readonly action_name: string };
  /** Stands in place of the whole envelope. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal in the service's own words; thrown by the rules, rendered once by the service. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** An array for validation, where each entry is one field; a single text otherwise. */
  readonly detail: Text | readonly Text[];
  readonly details: Details;

  constructor(status: number, code: string, detail: Text | readonly Text[], details: Details = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.details = details;
  }
}

/*
 * One function per kind of refusal. Codes and texts of 400 (validation), 403, 404, 406 and 500 follow what
 * was seen on the live service or its siblings; the names for states and conflicts are not published.
 */

export function unauthorized(detail: Text): ApiError {
  return new ApiError(401, "VirtualServer.Unauthorized.AuthNFailed", detail, { title: "Unauthorized" });
}

/** Kinds of access that permissions distinguish, with the verb of the refusal. */
const VERBS = {
  CREATE: { en: "Create", ko: "생성" },
  READ: { en: "Read", ko: "조회" },
  LIST: { en: "List", ko: "목록 조회" },
  UPDATE: { en: "Update", ko: "수정" },
  DELETE: { en: "Delete", ko: "삭제" },
} as const satisfies Record<string, Text>;

export type AccessLevel = keyof typeof VERBS;

export function forbidden(accessLevel: AccessLevel, action: string): ApiError {
  const verb = VERBS[accessLevel];
  const detail = {
    en: `You do not have permission to ${verb.en}. Please contact the administrator.`,
    ko: `${verb.ko} 권한이 없습니다. 관리자에게 문의하세요.`,
  };
  const denied = { access_level: accessLevel, action_name: `virtualserver:${action}` };
  return new ApiError(403, "Forbidden", detail, { denied });
}

export function notFound(): ApiError {
  return new ApiError(404, "NotFound", {
    en: "The requested resource could not be found.",
    ko: "요청한 리소스를 찾을 수 없습니다.",
  });
}

export function methodNotAllowed(allowed: readonly string[]): ApiError {
  const detail = {
    en: "The method is not allowed for this path.",
    ko: "이 경로에서 허용되지 않는 메서드입니다.",
  };
  return new ApiError(405, "MethodNotAllowed", detail, { headers: { allow: allowed.join(", ") } });
}

export function noSuchVersion(asked: string): ApiError {
  return new ApiError(406, "NoSuchVersion", {
    en: `The version (${asked}) is not supported on this method.`,
    ko: `이 메서드에서 지원하지 않는 버전입니다(${asked}).`,
  });
}

/** A rule of the service was broken by an otherwise well-formed request. */
export function badRequest(detail: Text, status = 400): ApiError {
  return new ApiError(status, "VirtualServer.BadRequest", detail, { title: "BadRequest" });
}

/** The resource is busy or in a state that does not allow the operation. */
export function conflict(detail: Text, status: 400 | 409 | 500 = 409): ApiError {
  if (status === 500) return internalError();
  if (status === 400) return badRequest(detail);
  return new ApiError(status, "VirtualServer.Conflict", detail, { title: "Conflict" });
}

function internalError(status = 500, code = "InternalServerError"): ApiError {
  return new ApiError(status, code, {
    en: "There was a problem processing your request. Please contact the administrator.",
    ko: "요청을 처리하는 중 문제가 발생했습니다. 관리자에게 문의하세요.",
  });
}

/** Wrong fields; one text for each, see `fieldText`. */
export function invalid(detail: readonly Text[]): ApiError {
  return new ApiError(400, "ValidationError", detail);
}

/** How the service describes a field that is wrong: an optional rule and an example. */
export interface Field {
  readonly rule?: Text;
  readonly example?: string;
}

/** `Field "size" is invalid. The value should be 8 or greater. Example: "104"` */
export function fieldText(name: string, { rule, example }: Field = {}): Text {
  const end = example === undefined ? "" : ` Example: "${example}"`;
  const endKo = example === undefined ? "" : ` 예시: "${example}"`;
  return {
    en: `Field "${name}" is invalid.${rule === undefined ? "" : ` ${rule.en}`}${end}`,
    ko: `필드 "${name}"이(가) 올바르지 않습니다.${rule === undefined ? "" : ` ${rule.ko}`}${endKo}`,
  };
}

export function atLeast(minimum: number): Text {
  return { en: `The value should be ${minimum} or greater.`, ko: `값은 ${minimum} 이상이어야 합니다.` };
}

export function atMost(maximum: number): Text {
  return { en: `The value should be ${maximum} or less.`, ko: `값은 ${maximum} 이하여야 합니다.` };
}

export function between(minimum: number, maximum: number): Text {
  return {
    en: `The value should be between ${minimum} and ${maximum}.`,
    ko: `값은 ${minimum}에서 ${maximum} 사이여야 합니다.`,
  };
}

export function oneOf(values: readonly string[]): Text {
  const list = values.join(", ");
  return { en: `The value should be one of ${list}.`, ko: `값은 ${list} 중 하나여야 합니다.` };
}

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
