import type { Snapshot } from "@polyvol/core";
import { providerDetails } from "@polyvol/core/driver";
import type { WireSnapshot } from "./wire.ts";

type Tags = Readonly<Record<string, string>>;

/** Metadata key for the mark of one create, beside the caller's tags; the tag rule keeps callers off it. */
export const ATTEMPT_KEY = "polyvol-attempt";

/** Neutral tags and the create's mark as a snapshot keeps them: one flat object of strings. */
export function toMetadata(tags: Tags, attemptId: string): Tags {
  return Object.fromEntries([...Object.entries(tags), [ATTEMPT_KEY, attemptId]]);
}

/** `value` where it is an object; whatever else the service shows in its place holds nothing. */
export function toObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The neutral tags in metadata: all that is flat, as text, but for the mark. */
export function toTags(metadata: unknown): Tags {
  // From own entries to own properties: a key `__proto__` is a key like any other.
  return Object.fromEntries(
    entriesOf(metadata).flatMap(([key, value]) => (isFlat(value) ? [[key, String(value)]] : [])),
  );
}

/** All of it as texts where not all of it is flat: a key that holds something else is there all the same. */
export function toFlatTags(metadata: unknown): readonly string[] | undefined {
  const entries = entriesOf(metadata);
  if (entries.every(([, value]) => isFlat(value))) return undefined;
  return entries.map(([key, value]) => (isFlat(value) && value !== "" ? `${key}:${value}` : key));
}

function entriesOf(metadata: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(toObject(metadata)).filter(([key]) => key !== ATTEMPT_KEY);
}

function isFlat(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** Whether metadata says what there is: an object, or `null` for none. Left out, or some text, it says nothing. */
export function isKnown(metadata: unknown): boolean {
  return typeof metadata === "object" && !Array.isArray(metadata);
}

export function attemptIdOf(snapshot: Snapshot): string | undefined {
  const metadata = toObject((providerDetails(snapshot) as WireSnapshot | undefined)?.metadata);
  const mark = Object.hasOwn(metadata, ATTEMPT_KEY) ? metadata[ATTEMPT_KEY] : undefined;
  return typeof mark === "string" ? mark : undefined;
}

/** Neutral tags as a volume takes them when it is made. Reading them is another service's business. */
export function toWireTags(tags: Tags) {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return list.length === 0 ? undefined : list;
}
