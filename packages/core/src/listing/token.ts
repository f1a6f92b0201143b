import { PolyvolError } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";

/** Where a listing stands, as it travels in a continuation token. */
export interface Position {
  /** What was listed; a token of one listing must not continue another. */
  readonly listing: string;
  /** The last ids given out, newest first: the anchors to find the place again by. */
  readonly anchors: readonly string[];
  /** The index in the provider's order up to which items were given out. */
  readonly index?: number;
  /** Cursor paging: the token of the request that the last item came from. Absent for the first request. */
  readonly cursor?: string;
}

/** How many anchors a token carries: all of them would have to vanish before a place is lost. */
export const ANCHORS = 8;

/** No account holds so many; beyond it a token is made up. */
const LARGEST_INDEX = 10_000_000;

export function encodePosition(position: Position): string {
  return Buffer.from(JSON.stringify({ v: 1, ...position }), "utf8").toString("base64url");
}

/** @throws PolyvolError `invalid_argument` for anything that {@link encodePosition} did not make for `listing` */
export function decodePosition(token: string, listing: string): Position {
  const value = parse(token);
  if (value === undefined) throw invalid("it was not made by byPage()");
  if (value.listing !== listing) throw invalid("it belongs to another listing");
  return value;
}

function parse(token: string): Position | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { v, listing, anchors, index, cursor } = value as Record<string, unknown>;
  const good =
    v === 1 &&
    typeof listing === "string" &&
    Array.isArray(anchors) &&
    anchors.length > 0 &&
    anchors.length <= ANCHORS &&
    anchors.every((id) => typeof id === "string" && id !== "") &&
    (index === undefined || isPlace(index)) &&
    (cursor === undefined || typeof cursor === "string");
  if (!good) return undefined;
  return omitUndefined({
    listing,
    anchors: anchors as string[],
    index: index as number | undefined,
    cursor: cursor as string | undefined,
  });
}

function isPlace(index: unknown): boolean {
  return Number.isSafeInteger(index) && (index as number) >= 0 && (index as number) <= LARGEST_INDEX;
}

function invalid(why: string): PolyvolError {
  return new PolyvolError("invalid_argument", `continuationToken: ${why}`, { outcome: "not_applied" });
}

/** Where to go on in a page: after the first of the anchors that is in it. `undefined` when none is. */
export function placeAfter(
  items: readonly { readonly id: string }[],
  anchors: readonly string[],
): number | undefined {
  for (const anchor of anchors) {
    const offset = items.findIndex((item) => item.id === anchor);
    if (offset >= 0) return offset + 1;
  }
  return undefined;
}

/** @throws always: the place in the listing cannot be found again */
export function lostPlace(): never {
  throw new PolyvolError(
    "conflict",
    "continuationToken: everything around the place where it stopped has been deleted; list again from the start",
  );
}
