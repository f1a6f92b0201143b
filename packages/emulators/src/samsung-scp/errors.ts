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

export function internalError(status = 500, code = "InternalServerError"): ApiError {
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
