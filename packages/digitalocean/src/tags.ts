/** `Record<string, string>` ↔ DigitalOcean's flat tags, as `key:value`. */
import type { Snapshot } from "@polyvol/core";
import { refusedArgument, show } from "@polyvol/core/driver";

const TAG = /^[a-zA-Z0-9_:-]{1,255}$/;

/** The rule in words, for error messages. */
export const TAG_RULE: string =
  "letters, digits, _, - and :, up to 255 characters for key, colon and value together";

/**
 * The flat tags of a record, and `extra` ones. An empty value makes a bare tag.
 * @throws PolyvolError `invalid_argument` for what is no tag, or where key and value do not fit into one
 */
export function toFlatTags(tags: Readonly<Record<string, string>>, extra: readonly string[] = []): string[] {
  const flat = Object.entries(tags).map(([key, value]) => (value === "" ? key : `${key}:${value}`));
  return [...new Set([...flat, ...extra].map(checkTag))];
}

/**
 * Flat tags in neutral form: the record, split at the first colon, the first of several with one key; beside it all of
 * them where the record cannot hold them. An answer without them, or with `null`, says nothing of them; what a creation
 * answers is another matter.
 */
export function readTags(
  flat: readonly string[] | null | undefined,
): Pick<Snapshot, "tags" | "flatTags" | "tagsUnknown"> {
  if (flat === undefined || flat === null) return { tags: {}, tagsUnknown: true };
  const tags: Record<string, string> = {};
  let keys = 0;
  for (const tag of flat) {
    const colon = tag.indexOf(":");
    const key = colon < 0 ? tag : tag.slice(0, colon);
    if (Object.hasOwn(tags, key)) continue;
    keys += 1;
    const value = colon < 0 ? "" : tag.slice(colon + 1);
    // By an assignment it would become the prototype.
    if (key === "__proto__") Object.defineProperty(tags, key, { ...PLAIN, value });
    else tags[key] = value;
  }
  return keys < flat.length ? { tags, flatTags: [...flat] } : { tags };
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

/** @throws PolyvolError `invalid_argument` for what DigitalOcean takes for no tag */
export function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  throw refusedArgument(`tag: found ${show(tag)}, allowed: ${TAG_RULE}`);
}
