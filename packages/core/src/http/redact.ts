import { toBase64, toBase64Url } from "../base64.ts";
import { fitWords } from "../words.ts";
import type { ResponseHeaders } from "./types.ts";

/** Headers whose values may be shown. Every other header's value is taken for a secret. */
const SHOWN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-length",
  "content-type",
  "date",
  "retry-after",
  "server",
  "user-agent",
  "via",
  "x-request-id",
]);

const SHORTEST_SECRET = 6;
const EXCERPT_SOURCE = 4096;
const EXCERPT_LENGTH = 200;
const HIDDEN = "[hidden]";
const LABELLED_SECRET =
  /((?:secret|token|passw(?:or)?d|signature|credential|authorization|bearer|api[-_ ]?key|access[-_ ]?key)s?["']?(?:\s*[:=]\s*|\s+)["']?)(?:(?:basic|bearer)\s+)?[^\s"'<>&,;]+/gi;
const LONG_RUN = /[\w+/=.-]{20,}/g;
const JSON_STRING = /"((?:[^"\\]|\\[\s\S])*)("?)(\s*:)?/g;

/** A version is none either, by whichever header it goes: its words (`volume 3.70`) stand in messages, too. */
function isShown(name: string): boolean {
  return SHOWN_HEADERS.has(name.toLowerCase()) || /api-version$/i.test(name);
}

/** The values among a request's headers that must never be shown, with their parts and usual encodings. */
export function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    if (isShown(name)) continue;
    for (const part of [value, ...value.split(/\s+/)]) {
      if (part.length < SHORTEST_SECRET) continue;
      secrets.add(part).add(encodeURIComponent(part));
      const base64 = toBase64(part);
      secrets.add(base64).add(base64.replace(/=+$/, "")).add(toBase64Url(part));
    }
  }
  // Longest first, so that no shorter one leaves the rest of a longer one standing.
  return [...secrets].sort((a, b) => b.length - a.length);
}

/** `text` without the given secrets. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, HIDDEN);
  return shown;
}

/**
 * A short, printable piece of an answer that could not be used. Of JSON only the shape is kept: no string value is
 * ever shown. Of other text, everything that looks like a credential is hidden.
 */
export function excerpt(text: string, secrets: readonly string[]): string {
  const cut = text.length > EXCERPT_SOURCE;
  // A word at the cut may be the first half of a secret that is no longer recognised.
  const source = cut ? text.slice(0, EXCERPT_SOURCE).replace(/[^\s"]*$/, "") : text;
  const known = hideSecrets(source, secrets);
  const masked = /^\s*[[{"]/.test(known) ? known.replace(JSON_STRING, maskString) : known;
  const shown = masked
    .replace(LABELLED_SECRET, `$1${HIDDEN}`)
    .replace(LONG_RUN, HIDDEN)
    .replace(/\s+/g, " ")
    .trim();
  return fitWords(cut ? `${shown}…` : shown, EXCERPT_LENGTH);
}

function maskString(_match: string, value: string, closing: string, colon: string | undefined): string {
  return colon === undefined || closing === "" ? '"…"' : `"${value}":`;
}

/** Which kind of answer it was, from the few headers that may be shown. */
export function describeHeaders(headers: ResponseHeaders): string {
  const parts = ["content-type", "content-encoding", "server", "via"].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [`${name} ${fitWords(value, 60)}`];
  });
  return parts.join(", ");
}

/** A request id as it may be shown: short, plain, and not one of the secrets that were sent. */
export function plainRequestId(
  headers: ResponseHeaders,
  name: string,
  sent: Readonly<Record<string, string>>,
): string | undefined {
  const id = headers.get(name);
  if (id === null || !/^[\w.:=+/-]{1,128}$/.test(id)) return undefined;
  for (const header in sent) {
    if (id.length >= SHORTEST_SECRET && sent[header]?.includes(id) && !isShown(header)) return undefined;
  }
  return id;
}
