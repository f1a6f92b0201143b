import { type PolyvolError, refused, refusedArgument } from "../errors.ts";
import { show } from "../words.ts";

const AUTHORITY = /^(https?):\/\/([^/\\?#@\s]+)(\/[^\\?#\s]*)?$/i;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)$/;

/** Whether a host is this machine, written as an address or as `localhost`. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * Checks where requests will go and writes it in its one canonical form, without a slash at the end.
 *
 * Only `https:`, but for loopback addresses written as such and `localhost`. What is refused says why and never
 * repeats the input, which may hold a password.
 * @throws PolyvolError `invalid_argument`
 */
export function parseBaseUrl(text: string): string {
  const parts = AUTHORITY.exec(text);
  const url = parts === null ? null : URL.parse(text);
  if (parts === null || url === null) {
    throw refusal(
      "must be an https URL of a host and, if need be, a path, without user name, query or fragment",
    );
  }
  const authority = (parts[2] ?? "").toLowerCase();
  const host = url.port === "" ? authority.replace(/:(?:80|443)$/, "") : authority;
  const path = (parts[3] ?? "").replace(/\/+$/, "");
  const canonical = url.href.replace(/\/+$/, "");
  if (`${url.protocol}//${host}${path}` !== canonical) {
    throw refusal(`must be written in its plain form, ${JSON.stringify(canonical)}`);
  }
  if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
    throw refusal(
      "must be https: credentials would cross the network in the clear (http is for loopback only)",
    );
  }
  return canonical;
}

/**
 * One variable part of a path, escaped so that it can name nothing but itself.
 * @throws PolyvolError for what no escaping makes safe: `not_found` for `.` and `..`, which are the id of nothing;
 * `invalid_argument` for nothing at all, and for text that is not Unicode.
 */
export function pathSegment(value: string): string {
  if (value === "." || value === "..") throw noId(value);
  if (value === "" || !value.isWellFormed()) throw refusedArgument(`${JSON.stringify(value)} is not an id`);
  return encodeURIComponent(value);
}

/** For what cannot be the id of anything at the service: it is answered as an unknown one, and nothing is sent. */
export function noId(value: string): PolyvolError {
  return refused("not_found", `${show(value)} is the id of nothing`);
}

/**
 * Paths that a URL parser leaves exactly as they are: no empty part, no `.` or `..` however escaped, no query, no
 * fragment, and no character that would be escaped.
 */
const PLAIN_PATH = /^(?:\/(?!(?:\.|%2e){1,2}(?:\/|$))[\w.~!$&'()*+,;=:@%-]+)*\/?$/i;

/**
 * The one string that is signed and sent. A path that could be read as anything else than what it says is refused,
 * so that what is signed, what is sent and what the server sees cannot differ.
 * @throws PolyvolError `invalid_argument`
 */
export function buildUrl(
  base: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> | undefined,
): string {
  if (!path.startsWith("/") || !PLAIN_PATH.test(path)) {
    throw refusedArgument(`${JSON.stringify(path)} is not a path of this API`);
  }
  return query === undefined ? `${base}${path}` : `${base}${path}${queryString(query)}`;
}

function queryString(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function refusal(rule: string): PolyvolError {
  return refusedArgument(`the base URL ${rule}`);
}
