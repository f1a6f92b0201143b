import { relative } from "node:path";
import type { RequestQuota, Tagged } from "@polyvol/core";

/** `20 GiB`, `1.5 TiB` */
export function sizeText(gib: number): string {
  if (gib < 1024) return `${number(gib)} GiB`;
  return `${number(gib / 1024)} TiB`;
}

/** `512 B`, `1.4 GiB` */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${number(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${number(bytes / 1024 ** 2)} MiB`;
  return sizeText(bytes / 1024 ** 3);
}

const SPANS: readonly (readonly [string, number])[] = [
  ["y", 365 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** How long ago, in the one unit that fits: `3d`, `5h`. What lies ahead (a skewed clock) is `0s`. */
export function ageText(at: Date, now: number): string {
  return spanText(now - at.getTime());
}

/** A span in the one unit that fits; below zero it is `0s`. */
export function spanText(span: number): string {
  const ms = Math.max(0, span);
  const [unit, length] = SPANS.find(([, each]) => ms >= each) ?? ["s", 1000];
  return `${Math.floor(ms / length)}${unit}`;
}

/** A date and time to the minute, in UTC: `2026-11-20 03:00Z`. */
export function instantText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

/** `40 ms`, `1.4 s`, `3 min 20 s` */
export function secondsText(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? "" : ` ${seconds % 60} s`}`;
}

/** `ocean, samsung and stack` */
export function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** `1,234.5` */
export function numberText(value: number): string {
  return value.toLocaleString("en-US");
}

/** Whole, or up to a tenth: what is longer than 30 minutes is not told as 30 minutes. */
export function minutesText(ms: number): string {
  const minutes = Math.ceil(ms / 6_000) / 10;
  return `${numberText(minutes)} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** `5,000 in 60 minutes` */
export function quotaText({ requests, windowMs }: RequestQuota): string {
  return `${numberText(requests)} in ${minutesText(windowMs)}`;
}

/** `db (506f78a4-…)`: a name that is known and tells more than the id does, and the id. */
export function nameAndId(name: string | undefined, id: string): string {
  return name === undefined || name === id ? id : `${name} (${id})`;
}

/** A path as somebody in the working directory would type it, if that is there: what lies outside of it stays whole. */
export function shortPath(path: string): string {
  try {
    const near = relative(process.cwd(), path);
    return near === "" ? "." : near.startsWith("..") ? path : near;
  } catch {
    return path;
  }
}

/** A text as a shell takes it for one word, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `1 volume`, `3 volumes` */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `env=prod, db`; all of them, also several of one key. */
export function tagsText({ tags, flatTags, tagsUnknown }: Tagged): string {
  if (tagsUnknown) return "unknown";
  const all = flatTags?.map(splitTag) ?? Object.entries(tags);
  return all.map(([key, value]) => (value === "" ? key : `${key}=${value}`)).join(", ");
}

/** `key:value` at its first colon. */
function splitTag(tag: string): readonly [string, string] {
  const [key = "", ...value] = tag.split(":");
  return [key, value.join(":")];
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How much of a UUID is shown: at its groups. */
const LENGTHS = [8, 13, 18, 23, 36] as const;

/** Whether a text has the form of a provider's id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** The name of a resource, or the beginning of its id where it has none or an empty one, as on OpenStack. */
export function nameOrId(name: string | undefined, id = ""): string {
  return name || (isId(id) ? id.slice(0, LENGTHS[0]) : id);
}

/** Whether a text may be the beginning of an id, as tables show it. */
export function isShortId(text: string): boolean {
  return LENGTHS.some((length) => text.length === length) && UUID.test(`${text}${FILLER.slice(text.length)}`);
}

const FILLER = "00000000-0000-0000-0000-000000000000";

/** The ids, cut to what tells them apart; what is no UUID stays as it is. */
export function shortIds(ids: readonly string[]): readonly string[] {
  const uuids = new Set(ids.filter(isId));
  const length = LENGTHS.find(
    (each) => new Set([...uuids].map((id) => id.slice(0, each))).size === uuids.size,
  );
  return ids.map((id) => (uuids.has(id) ? id.slice(0, length) : id));
}
