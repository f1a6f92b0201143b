import type { TagRule } from "./capabilities.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";

/** Key of the tag that keeps a snapshot from every policy, whatever its value: a hold. */
export const HOLD_KEY = "polyvol-hold";

/** What is read of a resource to tell its tags. */
export type Tagged = Pick<Volume | Snapshot, "tags" | "flatTags" | "tagsUnknown">;

/**
 * A text in one spelling for all its capitals, whatever the machine's language: `Straße` and `STRASSE` come out as one.
 * Two texts that differ in nothing but capitals fold to the same.
 */
export function foldCapitals(text: string): string {
  // Upper case first: some letters have two lower-case forms, and some become two letters.
  return text.normalize("NFC").toUpperCase().toLowerCase();
}

/** Which right lacks whoever is not shown `what`, in words. `scope`: the provider's name of it, where it has one. */
export function rightToSee(what: "tags" | "descriptions" | "them", scope: string | undefined): string {
  return scope === undefined ? `the right to see ${what}` : `the scope ${scope}`;
}

/** All tags of a resource as texts, `key` or `key:value`: also those that share a key, of which `tags` holds one. */
export function tagTexts({ tags, flatTags }: Tagged): readonly string[] {
  return flatTags ?? Object.entries(tags).map(([key, value]) => toText(key, value));
}

/**
 * Whether a resource carries every tag that is wanted. Capitals count, unless the provider's rule says that they do not.
 *
 * @param rule the provider's, as in `capabilities.limits.tags`
 */
export function hasTags(
  resource: Tagged,
  wanted: Readonly<Record<string, string>>,
  rule?: Pick<TagRule, "ignoresCase">,
): boolean {
  const { tags, flatTags } = resource;
  const fold = rule?.ignoresCase === true ? foldCapitals : (text: string): string => text;
  const found = Object.entries(tags).map(([key, value]) => [fold(key), fold(value)] as const);
  const flat = flatTags?.map(fold) ?? [];
  return Object.entries(wanted).every(([key, value]) => {
    const [wantedKey, wantedValue] = [fold(key), fold(value)];
    return (
      found.some((each) => each[0] === wantedKey && each[1] === wantedValue) ||
      flat.includes(toText(wantedKey, wantedValue))
    );
  });
}

function toText(key: string, value: string): string {
  return value === "" ? key : `${key}:${value}`;
}
