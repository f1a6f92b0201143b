import { PolyvolError } from "../errors.ts";
import type { Resource } from "../resource.ts";
import type { Volume } from "../volume.ts";
import { listWords } from "../words.ts";

/** Those of several that stay: one that is being deleted is as good as gone beside another of its name. */
export function staying<T extends Resource>(found: readonly T[]): readonly T[] {
  const left = found.filter(({ state }) => state !== "deleting");
  return left.length > 0 ? left : found;
}

export function severalFound(kind: string, found: readonly { readonly id: string }[]): PolyvolError {
  const ids = found.map((each) => each.id).sort();
  return conflict(
    `${ids.length} ${kind}s have this name: ${listWords(ids)}; use an id, or delete or rename all but one`,
    false,
  );
}

/**
 * The volume that a name means: of several in different regions, where one name is no surplus, the one in `home`.
 * @throws PolyvolError `conflict` when it could be another just as well
 */
export function theOneNamed(all: readonly Volume[], home: string | undefined): Volume | undefined {
  const found = staying(all);
  const atHome = found.filter(({ region }) => region === home);
  const meant = atHome.length > 0 ? atHome : found;
  if (meant.length < 2) return meant[0];
  if (new Set(meant.map(({ region }) => region)).size === 1) throw severalFound("volume", meant);
  const places = meant.map(({ region, id }) => `${region} (${id})`).sort();
  throw conflict(`${places.length} volumes have this name, in ${listWords(places)}; name the region`, false);
}

export function conflict(reason: string, retryable: boolean): PolyvolError {
  return new PolyvolError("conflict", reason, { retryable });
}
