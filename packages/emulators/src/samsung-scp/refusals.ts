import { ApiError, type Text } from "./errors.ts";
import type { Settings } from "./settings.ts";

/*
 * One function per kind of refusal. Codes and texts of 400 (validation), 403, 404, 406 and 500 follow what
 * was seen on the live service or its siblings; the names for states and conflicts are not published.
 */

export function unauthorized(detail: Text): ApiError {
  return new ApiError({
    status: 401,
    code: "VirtualServer.Unauthorized.AuthNFailed",
    title: "Unauthorized",
    detail,
  });
}

const VERBS: Readonly<Record<string, Text>> = {
  CREATE: { en: "Create", ko: "생성" },
  READ: { en: "Read", ko: "조회" },
  LIST: { en: "List", ko: "목록 조회" },
  UPDATE: { en: "Update", ko: "수정" },
  DELETE: { en: "Delete", ko: "삭제" },
};

export function forbidden(accessLevel: string, actionName: string): ApiError {
  const verb = VERBS[accessLevel] ?? { en: accessLevel, ko: accessLevel };
  return new ApiError({
    status: 403,
    code: "Forbidden",
    detail: {
      en: `You do not have permission to ${verb.en}. Please contact the administrator.`,
      ko: `${verb.ko} 권한이 없습니다. 관리자에게 문의하세요.`,
    },
    denied: { access_level: accessLevel, action_name: actionName },
  });
}

/** A limit that is reached: of what, how much is used, how much was asked for. */
export interface Excess {
  readonly what: "volumes" | "snapshots" | "usages";
  readonly limit: number;
  readonly used: number;
  readonly wanted: number;
}

const QUOTA_CODES: Readonly<Record<Settings["quotaStatus"], string>> = {
  400: "VirtualServer.BadRequest",
  403: "Forbidden",
  409: "VirtualServer.Conflict",
  413: "VirtualServer.OverLimit",
  422: "VirtualServer.UnprocessableEntity",
};

/** The refusal of what is beyond a limit, in the form that the settings ask for. */
export function quotaExceeded(
  { quotaStatus: status, quotaBody }: Pick<Settings, "quotaStatus" | "quotaBody">,
  { what, limit, used, wanted }: Excess,
): ApiError {
  const asCinder = quotaBody === "cinder";
  return new ApiError({
    status,
    code: QUOTA_CODES[status],
    title: "QuotaExceeded",
    detail: {
      en: `Quota exceeded for ${what}. Limit: ${limit}, in use: ${used}, requested: ${wanted}.`,
      ko: `${what} 할당량을 초과했습니다. 한도: ${limit}, 사용: ${used}, 요청: ${wanted}.`,
    },
    ...(asCinder && {
      body: {
        overLimit: { code: status, message: cinderWords({ what, limit, used, wanted }), retryAfter: "0" },
      },
      headers: { "retry-after": "0" },
    }),
  });
}

function cinderWords({ what, limit, used, wanted }: Excess): string {
  switch (what) {
    case "volumes":
      return `VolumeLimitExceeded: Maximum number of volumes allowed (${limit}) exceeded for quota 'volumes'.`;
    case "snapshots":
      return `SnapshotLimitExceeded: Maximum number of snapshots allowed (${limit}) exceeded`;
    case "usages":
      return `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested ${wanted}G, quota is ${limit}G and ${used}G has been consumed.`;
  }
}

export function notFound(): ApiError {
  return new ApiError({
    status: 404,
    code: "NotFound",
    detail: {
      en: "The requested resource could not be found.",
      ko: "요청한 리소스를 찾을 수 없습니다.",
    },
  });
}

export function methodNotAllowed(allowed: readonly string[]): ApiError {
  return new ApiError({
    status: 405,
    code: "MethodNotAllowed",
    detail: { en: "The method is not allowed for this path.", ko: "이 경로에서 허용되지 않는 메서드입니다." },
    headers: { allow: allowed.join(", ") },
  });
}

export function noSuchVersion(asked: string): ApiError {
  return new ApiError({
    status: 406,
    code: "NoSuchVersion",
    detail: {
      en: `The version (${asked}) is not supported on this method.`,
      ko: `이 메서드에서 지원하지 않는 버전입니다(${asked}).`,
    },
  });
}

/** Wrong fields; one text for each, see `fields.ts`. */
export function invalid(detail: readonly Text[]): ApiError {
  return new ApiError({ status: 400, code: "ValidationError", detail });
}

/** A rule of the service was broken by an otherwise well-formed request. */
export function badRequest(detail: Text): ApiError {
  return new ApiError({ status: 400, code: "VirtualServer.BadRequest", title: "BadRequest", detail });
}

/** The resource is busy or in a state that does not allow the operation. */
export function conflict(detail: Text, status: 400 | 409 = 409): ApiError {
  return status === 400
    ? badRequest(detail)
    : new ApiError({ status, code: "VirtualServer.Conflict", title: "Conflict", detail });
}

export const VOLUME_BUSY: Text = {
  en: "The volume is attached, busy or in a state that does not allow this.",
  ko: "볼륨이 연결되어 있거나 작업 중이거나 이 작업을 할 수 없는 상태입니다.",
};

/** The volume's state does not allow the operation. */
export function volumeBusy(status: 400 | 409): ApiError {
  return conflict(VOLUME_BUSY, status);
}

/** What the service says when something is too young to be deleted or transferred. */
export function raceLost(status: 400 | 409 | 500, detail: Text): ApiError {
  return status === 500 ? internalError() : conflict(detail, status);
}

export function internalError(): ApiError {
  return new ApiError({
    status: 500,
    code: "InternalServerError",
    detail: {
      en: "There was a problem processing your request. Please contact the administrator.",
      ko: "요청을 처리하는 중 문제가 발생했습니다. 관리자에게 문의하세요.",
    },
  });
}
