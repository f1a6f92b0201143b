/** Why no answer came: loaded with the first request, before that is sent, so that a lost network takes no words away. */
import type { PolyvolError, PolyvolErrorDetails } from "../errors.ts";
import { fitWords } from "../words.ts";
import { hideSecrets } from "./redact.ts";
import { type PreparedRequest, requestError } from "./request.ts";
import { TransportFailure } from "./transport/contract.ts";

/** What Node's own client calls it when a proxy makes no connection. */
const TUNNEL = "ERR_PROXY_TUNNEL";

/** Failures before a connection stands: no byte of the request can have arrived. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_REJECTED",
  "CERT_UNTRUSTED",
  "CERT_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
  "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
  TUNNEL,
]);

/** These mean "not connected" only when they come from connecting; a standing connection can end in them too. */
const WHILE_CONNECTING: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
]);

/** Codes, or names where there is no code, of answers that are no HTTP, not what they say, or broken in transport. */
const UNREADABLE =
  /^(?:HTTPParserError|HPE_\w+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|Z_\w+|ERR__ERROR_\w+)$/;

const LONGEST_CHAIN = 5;
/** Names of errors that say nothing about a failure. */
const PLAIN_NAMES: ReadonlySet<unknown> = new Set(["Error", "TypeError", "AggregateError", "NetworkError"]);

interface Trace {
  /** The code, or the name of an error that has none. */
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  /** Whether the connection stood, where that is known. */
  readonly connected: boolean | undefined;
  /** What was to be connected to, where that is known: a proxy may stand in between. */
  readonly via: string | undefined;
  readonly message: string;
}

/**
 * The error of a request without a whole answer. Certain is only what happens before a connection stands; after that
 * the request may have been carried out.
 */
export function failureOfNetwork(
  request: PreparedRequest,
  thrown: unknown,
  secrets: readonly string[],
  proxy: string | undefined,
): PolyvolError {
  const trace = traceOf(thrown);
  const name = trace.code ?? wordsOf(trace, secrets);
  const { host } = new URL(request.url);
  const details = { retryable: true, outcome: "unknown", cause: plainCause(trace, secrets) } as const;
  if (isUnreadable(trace)) {
    return requestError(request, "malformed_response", `the answer is not readable HTTP (${name})`, details);
  }
  if (!isUnsent(trace))
    return requestError(request, "unavailable", `the connection to ${host} was lost (${name})`, details);
  if (trace.code === TUNNEL) return failureOfTunnel(request, trace, host, proxy, details);
  const how = trace.code === "ECONNREFUSED" ? "was refused" : "could not be made";
  const detour = trace.via === undefined || isAt(request.url, trace.via) ? "" : ` by way of ${trace.via}`;
  return requestError(request, "unavailable", `the connection to ${host}${detour} ${how} (${name})`, {
    ...details,
    outcome: "not_applied",
  });
}

/** Whether what was to be connected to can be the host of a URL: its name, or any address with its port. */
function isAt(url: string, place: string): boolean {
  const { hostname, port, protocol } = new URL(url);
  return place === hostname || place.endsWith(`:${port || (protocol === "http:" ? "80" : "443")}`);
}

/** The error of a proxy that leads to no connection. What it refuses it refuses again. */
function failureOfTunnel(
  request: PreparedRequest,
  { message }: Trace,
  host: string,
  proxy: string | undefined,
  details: PolyvolErrorDetails,
): PolyvolError {
  const status = /(?:HTTP\/1\.\d |response \()(\d{3})\b/.exec(message)?.[1];
  const waited = / timed out after (\d{1,9})ms$/.exec(message)?.[1];
  const silent = waited === undefined ? TUNNEL : `no answer within ${waited} ms`;
  const why = status === "407" ? "status 407: it wants credentials" : status && `status ${status}`;
  const which = proxy === undefined ? "" : `, ${proxy},`;
  const reason = `the proxy of the environment${which} made no connection to ${host} (${why ?? silent})`;
  return requestError(request, "unavailable", reason, {
    ...details,
    retryable: !status?.startsWith("4"),
    outcome: "not_applied",
  });
}

/** The error of credentials that could not be had. What their source threw may hold them and is not passed on. */
export function failureOfCredentials(request: PreparedRequest, thrown: unknown): PolyvolError {
  const { code } = traceOf(thrown);
  const why = code === undefined ? "" : ` (${code})`;
  return requestError(request, "unauthenticated", `the credentials could not be had${why}`, {
    outcome: "not_applied",
  });
}

function isUnsent({ code, syscall, connected }: Trace): boolean {
  if (code === undefined || connected === true) return false;
  // The platform's fetch does not say, and OpenSSL has the same words for what comes later.
  if (connected === undefined && code.startsWith("ERR_SSL_")) return false;
  return NEVER_CONNECTED.has(code) || (WHILE_CONNECTING.has(code) && syscall === "connect");
}

function isUnreadable({ code }: Trace): boolean {
  return code !== undefined && UNREADABLE.test(code);
}

/** The innermost error that names a code; platforms wrap it in others that say nothing. */
function traceOf(error: unknown): Trace {
  let found: Trace = {
    code: undefined,
    syscall: undefined,
    connected: undefined,
    via: undefined,
    message: "",
  };
  let each = error;
  for (let depth = 0; depth < LONGEST_CHAIN && typeof each === "object" && each !== null; depth++) {
    const { code, name, syscall, message, cause, errors } = each as Readonly<Record<string, unknown>>;
    found = {
      code:
        tlsCode(code, message) ??
        tunnelCode(code, message) ??
        wordOf(code) ??
        (PLAIN_NAMES.has(name) ? undefined : wordOf(name)) ??
        found.code,
      syscall: typeof syscall === "string" ? syscall : found.syscall,
      connected: each instanceof TransportFailure ? each.connected : found.connected,
      via: placeOf(each) ?? found.via,
      message: typeof message === "string" && message !== "" ? message : found.message,
    };
    each = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return found;
}

/** A failed write tells the TLS library's reason in its words only; a failed read has it as its code. */
function tlsCode(code: unknown, message: unknown): string | undefined {
  if (code !== "EPROTO" || typeof message !== "string") return undefined;
  const reason = /:SSL routines:[^:]*:([\w /]{1,50}):/.exec(message)?.[1];
  return reason === undefined ? undefined : `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
}

/** The platform's fetch tells it from all else in words only. */
function tunnelCode(code: unknown, message: unknown): string | undefined {
  const isRefused = typeof message === "string" && message.startsWith("Proxy response (");
  return code === "UND_ERR_ABORTED" && isRefused ? TUNNEL : undefined;
}

/** What a failed connection or look-up of a name was for. */
function placeOf(error: object): string | undefined {
  const { address, port, hostname } = error as Readonly<Record<string, unknown>>;
  if (typeof hostname === "string") return hostname;
  return typeof address === "string" && typeof port === "number" ? `${address}:${port}` : undefined;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w/]{1,64}$/.test(value) ? value : undefined;
}

/** Deno and browsers give no code, and say in words what they say at all. */
function wordsOf({ message }: Trace, secrets: readonly string[]): string {
  return fitWords(hideSecrets(message, secrets), 200) || "no reason given";
}

/** The original may hold a request, a socket or a certificate: what is passed on is its code and words. */
function plainCause({ code, message }: Trace, secrets: readonly string[]): Error {
  const cause = new Error(hideSecrets(message.slice(0, 300), secrets));
  return code === undefined ? cause : Object.assign(cause, { code });
}
