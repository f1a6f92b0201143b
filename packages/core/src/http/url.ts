import { PolyvolError } from "../errors.ts";

const AUTHORITY = /^(https?):\/\/([^/\\?#@\s]+)(\/[^\\?#\s]*)?$/i;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)$/;

/**
 * Checks where requests will go and writes it in its one canonical form, without a slash at the end.
 *
 * Only `https:`, but for loopback addresses written as such and `localhost`. What is refused says why and never
 * repeats the input, which may hold a password.
 * @throws PolyvolError `invalid_argument`
 */
export function parseBaseUrl(text: string): string {
  const parts = AUTHORITY.exec(text);
  const url = parts === null ? undefined : parseUrl(text);
  if (parts === null || url === undefined) {
    throw refusal(
      "must be an https URL of a host and, if need be, a path, without user name, query or fragment",
    );
  }
  const port = url.port === "" ? /:(?:80|443)$/ : /$^/;
  const host = (parts[2] ?? "").toLowerCase().replace(port, "");
  const path = (parts[3] ?? "").replace(/\/+$/, "");
  const canonical = url.href.replace(/\/+$/, "");
  if (`${url.protocol}//${host}${path}` !== canonical) {
    throw refusal(`must be written in its plain form, ${JSON.stringify(canonical)}`);
  }
  if (url.protocol !== "https:" && !LOOPBACK.test(url.hostname)) {
    throw refusal(
      "must be https: credentials would cross the network in the clear (http is for loopback only)",
    );
  }
  return canonical;
}

/**
 * One variable part of a path, escaped so that it can name nothing but itself.
 * @throws PolyvolError `invalid_argument` for what no escaping makes safe: nothing at all, `.` and `..`, and text
 * that is not Unicode.
 */
export function pathSegment(value: string): string {
  if (value === "" || value === "." || value === ".." || !value.isWellFormed()) {
    throw new PolyvolError("invalid_argument", `${JSON.stringify(value)} is not an id`, {
      outcome: "not_applied",
    });
  }
  return encodeURIComponent(value);
}

/**
 * The one string that is signed and sent. A path that a URL parser would read as anything else than what it says
 * (another host, a step up, a query, a fragment, an odd character) is refused, so that the two cannot differ.
 * @throws PolyvolError `invalid_argument`
 */
export function buildUrl(
  base: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> | undefined,
): string {
  const address = `${base}${path}`;
  if (!path.startsWith("/") || path.startsWith("//") || /[?#]/.test(path) || !isExact(address)) {
    throw new PolyvolError("invalid_argument", `${JSON.stringify(path)} is not a path of this API`, {
      outcome: "not_applied",
    });
  }
  return query === undefined ? address : `${address}${queryString(query)}`;
}

function queryString(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function isExact(address: string): boolean {
  return parseUrl(address)?.href === address;
}

function parseUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}

function refusal(rule: string): PolyvolError {
  return new PolyvolError("invalid_argument", `the base URL ${rule}`, { outcome: "not_applied" });
}
