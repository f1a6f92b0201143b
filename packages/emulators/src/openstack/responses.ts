import type { ServiceResponse } from "../kit/service.ts";

/** A refusal in the service's own words; thrown by the rules, rendered once by the service. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Names of Cinder's refusals by status; all others are `computeFault`. */
const NAMES: Readonly<Record<number, string>> = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  501: "notImplemented",
  503: "serviceUnavailable",
};

/** A refusal of block storage: one key, whose name goes by the status. */
export function refusal(status: number, message: string): ApiError {
  return new ApiError(status, { [NAMES[status] ?? "computeFault"]: { code: status, message } });
}

/** What the service says of what it cannot read, without a word about where. */
export const MALFORMED =
  "The server could not comply with the request since it is either malformed or otherwise incorrect.";

export const badRequest = (message: string): ApiError => refusal(400, message);
export const conflict = (message: string): ApiError => refusal(409, message);

export const volumeNotFound = (id: string): ApiError => refusal(404, `Volume ${id} could not be found.`);
export const snapshotNotFound = (id: string): ApiError => refusal(404, `Snapshot ${id} could not be found.`);
/** The answer for what needs a newer microversion: no different from a resource that is missing. */
export const tooOld = (): ApiError => refusal(404, "The resource could not be found.");

/** The answer where no route is, or before any is looked for: another envelope, with HTML in it. */
export function noRoute(status: 404 | 413 = 404): ApiError {
  const title = status === 404 ? "Not Found" : "Request Entity Too Large";
  const words = status === 404 ? "The resource could not be found." : "Request is too large.";
  return new ApiError(status, { message: `${words}<br /><br />\n\n\n`, code: `${status} ${title}`, title });
}

/** Whether a body is that of {@link noRoute}. */
export function isNoRoute(body: unknown): boolean {
  return typeof Object(body).title === "string";
}

/** A quota that is used up. The time to wait that comes with it means nothing. */
export function overQuota(message: string): ApiError {
  const body = { overLimit: { code: 413, message, retryAfter: "0" } };
  return new ApiError(413, body, { "retry-after": "0" });
}

/** The identity service's own refusals, and those of its guard before block storage. */
export function identityRefusal(status: 400 | 401 | 403 | 404, message: string, authUrl: string): ApiError {
  const titles = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found" };
  const headers = status === 401 ? { "www-authenticate": `Keystone uri="${authUrl}"` } : {};
  return new ApiError(
    status,
    { error: { code: status, message, title: titles[status] } },
    headers as Readonly<Record<string, string>>,
  );
}

export const LOGIN_NEEDED = "The request you have made requires authentication.";

export const json = (status: number, body: unknown): ServiceResponse => ({ status, headers: {}, body });

/** Accepted, without a body; its content type is not JSON. */
export const ACCEPTED: ServiceResponse = {
  status: 202,
  headers: { "content-type": "text/html; charset=UTF-8" },
  body: "",
};
