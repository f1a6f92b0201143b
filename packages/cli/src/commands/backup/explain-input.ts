/** A snapshot as retention judges it, with what people call it. */
export interface ExplainedSnapshot {
  readonly id: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly name?: string;
  /** What the rules count by: each volume for itself. */
  readonly volume?: string;
  readonly volumeName?: string;
}

/**
 * What `polyvol snapshots list -o json` writes, in the keys of a retention's input; all else stays as it is, for the
 * library to judge.
 */
export function fromListing(value: unknown): unknown {
  return Array.isArray(value) ? value.map(fromListed) : value;
}

function fromListed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { createdAt, volumeId, flatTags, tags, held, ...rest } = value as Readonly<Record<string, unknown>>;
  return {
    ...(createdAt === undefined ? {} : { time: createdAt }),
    ...(typeof volumeId === "string" && volumeId !== "" ? { volume: volumeId } : {}),
    ...(tags === undefined ? {} : { tags: flatTags ?? tagTexts(tags) }),
    // Not visible: what may be held is not judged as if it were not.
    ...(held === undefined ? {} : { held: held ?? true }),
    ...rest,
  };
}

function tagTexts(tags: unknown): unknown {
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) return tags;
  return Object.entries(tags).map(([key, text]) => (text === "" ? key : `${key}:${text}`));
}
