import type { ServiceResponse } from "../kit/service.ts";

/** One text in the two languages of the service; `Accept-Language` chooses. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

export type Language = keyof Text;

/** The body of `response` in a refusal for lack of permission. */
export interface DeniedAction {
  readonly access_level: string;
  readonly action_name: string;
}

export interface ApiErrorFields {
  readonly status: number;
  readonly code: string;
  /** Default: the code. */
  readonly title?: string;
  /** An array for validation, where each entry is one field; a single text otherwise. */
  readonly detail: Text | readonly Text[];
  readonly denied?: DeniedAction;
  /** Stands in place of the whole envelope. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal in the service's own words; thrown by the rules, rendered once by the service. */
export class ApiError extends Error {
  readonly fields: ApiErrorFields;

  constructor(fields: ApiErrorFields) {
    super(fields.code);
    this.name = "ApiError";
    this.fields = fields;
  }
}

/** Korean is answered to `ko` and `ko-KR`, English to everything else. */
export function languageOf(acceptLanguage: string | undefined): Language {
  return acceptLanguage !== undefined && /^\s*ko\b/i.test(acceptLanguage) ? "ko" : "en";
}

/** The error envelope of the service. `newRequestId` gives `req-<uuid>`. */
export function renderError(
  error: ApiError,
  language: Language,
  newRequestId: () => string,
): ServiceResponse {
  const { status, code, title = code, detail, denied, headers = {} } = error.fields;
  const body = error.fields.body ?? {
    errors: [
      {
        code,
        title,
        status,
        detail: isText(detail) ? detail[language] : detail.map((text) => text[language]),
        request_id: newRequestId(),
        global_request_id: newRequestId(),
        links: [],
        related_resources: [],
        response:
          denied === undefined
            ? null
            : { ...denied, caused_auths: [], message: isText(detail) ? detail[language] : code },
      },
    ],
  };
  return { status, headers: { ...headers, "content-type": "application/json" }, body: asciiJson(body) };
}

const REASONS: Readonly<Record<GatewayStatus, string>> = {
  403: "Forbidden",
  404: "Not Found",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

type GatewayStatus = 403 | 404 | 502 | 503 | 504;

/** What the gateway says in its own name, as to requests that carry no `Scp-*` header at all. */
export function gatewayAnswer(
  status: GatewayStatus,
  path: string,
  now: number,
  requestId: string,
): ServiceResponse {
  return {
    status,
    headers: {},
    body: {
      timestamp: new Date(now).toISOString().replace("Z", "+00:00"),
      path,
      status,
      error: REASONS[status],
      requestId,
    },
  };
}

/** Texts other than English arrive escaped (`\uXXXX`) from the service. */
function asciiJson(body: unknown): string {
  return JSON.stringify(body).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isText(detail: Text | readonly Text[]): detail is Text {
  return !Array.isArray(detail);
}
