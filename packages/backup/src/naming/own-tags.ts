import { foldCapitals, type Limits, type Snapshot, tagTexts } from "@polyvol/core";

const VOLUME_KEY = "polyvol-volume";

/**
 * The tags that a policy's snapshots get where the provider has tags: whose they are, and the name of their volume, by
 * which they are found when it is gone. One tag for each policy and volume, never for each slot. A name that is no tag
 * there is left out: nothing fails for want of it.
 */
export function ownTags(
  policyId: string,
  volume?: { readonly name: string; readonly limits: Limits },
): Readonly<Record<string, string>> {
  const own = { "polyvol-policy": policyId };
  const rule = volume?.limits.tags;
  if (volume === undefined || rule === undefined || volume.name === "") return own;
  const { name } = volume;
  // Where a tag is one text, key, colon and value share its length.
  const fits =
    VOLUME_KEY.length + 1 + name.length <= rule.maxValueLength &&
    new RegExp(`^(?:${rule.valuePattern})$`).test(name);
  return fits ? { ...own, [VOLUME_KEY]: name } : own;
}

/** The name that its volume had when a snapshot was taken, where it carries one. */
export function volumeNameOn(snapshot: Snapshot): string | undefined {
  const prefix = `${VOLUME_KEY}:`;
  const tag = tagTexts(snapshot).find((each) => foldCapitals(each).startsWith(prefix));
  return tag === undefined || tag.length === prefix.length ? undefined : tag.slice(prefix.length);
}
