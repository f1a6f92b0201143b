import type { Snapshot, TagRule, Volume } from "@polyvol/core";
import { providerDetails } from "@polyvol/core/driver";
import type { WireSnapshot, WireVolume } from "./wire.ts";

type Tags = Readonly<Record<string, string>>;

/** Metadata key for the mark of one create, beside the caller's tags; the tag rule keeps callers off it. */
export const ATTEMPT_KEY = "polyvol-attempt";
/** No tags: the mark, and what the service itself shows among the metadata of a volume once it was attached. */
const RESERVED: readonly string[] = [ATTEMPT_KEY, "readonly", "attached_mode"];

/** Metadata is what tags are here. The service bounds the number of its keys nowhere. */
export const TAG_RULE: TagRule = {
  keyPattern: `(?!(?:${RESERVED.join("|")})$)[a-zA-Z0-9\\-_:. /]+`,
  valuePattern: "[^]*",
  maxKeyLength: 255,
  maxValueLength: 255,
  inWords:
    "keys of 1 to 255 letters of ASCII, digits, blanks and - _ : . / and values of up to 255 characters; " +
    `not ${RESERVED.join(", ")}`,
};

/** Neutral tags and the create's mark, as the service keeps them. */
export function toMetadata(tags: Tags, attemptId: string | undefined): Tags {
  const mark = attemptId === undefined ? [] : [[ATTEMPT_KEY, attemptId]];
  return Object.fromEntries([...Object.entries(tags), ...mark]);
}

/** All that the service keeps of a resource; `undefined` where it does not say. */
export function readMetadata(metadata: unknown): Tags | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return undefined;
  // From own entries to own properties: a key `__proto__` is a key like any other.
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value ?? "")]));
}

/** The neutral tags in metadata: all but what is reserved. */
export function toTags(metadata: unknown): { readonly tags: Tags; readonly tagsUnknown?: true } {
  const kept = readMetadata(metadata);
  if (kept === undefined) return { tags: {}, tagsUnknown: true };
  return { tags: Object.fromEntries(Object.entries(kept).filter(([key]) => !RESERVED.includes(key))) };
}

/** The mark of the create that made a resource. */
export function attemptIdOf(resource: Volume | Snapshot): string | undefined {
  const metadata = readMetadata(
    (providerDetails(resource) as WireVolume | WireSnapshot | undefined)?.metadata,
  );
  return metadata !== undefined && Object.hasOwn(metadata, ATTEMPT_KEY) ? metadata[ATTEMPT_KEY] : undefined;
}
