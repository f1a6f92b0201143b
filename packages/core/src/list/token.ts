import * as z from "zod/mini";
import { comparableId } from "../answered.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { PolyvolError, refusedArgument } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";

/** Where a listing stands, as it travels in a continuation token. */
export interface Position {
  /** What was listed; a token of one listing must not continue another. */
  readonly listing: string;
  /** The last ids given out, newest first: the place is found again by the first of them that still exists. */
  readonly resumeIds: readonly string[];
  /** The index in the provider's order up to which items were given out. */
  readonly index?: number;
  /** Cursor paging: the token of the request that the last item came from. Absent for the first request. */
  readonly cursor?: string;
}

/** How many ids a token carries: all of them would have to vanish before a place is lost. */
export const MAX_RESUME_IDS = 8;

/** No account holds so many; beyond it a token is made up. */
const LARGEST_INDEX = 10_000_000;

/** The form of a token, which is stored elsewhere. */
const storedPosition = z.object({
  v: z.literal(1),
  listing: z.string(),
  anchors: z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(MAX_RESUME_IDS)),
  index: z.optional(z.int().check(z.minimum(0), z.maximum(LARGEST_INDEX))),
  cursor: z.optional(z.string()),
});

export function encodePosition({ listing, resumeIds, ...place }: Position): string {
  const stored = { v: 1, listing, anchors: resumeIds, ...place };
  return toBase64Url(JSON.stringify(stored));
}

/** @throws PolyvolError `invalid_argument` for anything that {@link encodePosition} did not make for `listing` */
export function decodePosition(token: string, listing: string): Position {
  const stored = storedPosition.safeParse(parse(token)).data;
  if (stored === undefined) throw refusedArgument("continuationToken: it was not made by byPage()");
  if (stored.listing !== listing) throw refusedArgument("continuationToken: it belongs to another listing");
  const { anchors: resumeIds, index, cursor } = stored;
  return omitUndefined({ listing, resumeIds, index, cursor });
}

function parse(token: string): unknown {
  try {
    return JSON.parse(fromBase64Url(token));
  } catch {
    return undefined;
  }
}

/**
 * Where to go on in a page: at the first of the last ids that were given out, and without these. `undefined` when none is
 * in it.
 * @throws PolyvolError `conflict` where they are strewn over it: then nothing tells what else was given out
 */
export function placeIn(
  items: readonly { readonly id: string }[],
  resumeIds: readonly string[],
): number | undefined {
  const ids = new Set(resumeIds.map(comparableId));
  const places = items.flatMap(({ id }, index) => (ids.has(comparableId(id)) ? [index] : []));
  const [first] = places;
  if (first === undefined) return undefined;
  const others = (places.at(-1) ?? first) - first + 1 - places.length;
  if (others > MAX_RESUME_IDS) refuseToken("the service gives its items in another order than before");
  return first;
}

/** @throws always: the place in the listing cannot be found again */
export function positionLost(): never {
  refuseToken("everything around the place where it stopped has been deleted");
}

function refuseToken(why: string): never {
  throw new PolyvolError("conflict", `continuationToken: ${why}; list again from the start`);
}
