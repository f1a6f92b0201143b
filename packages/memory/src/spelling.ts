import { foldCapitals } from "@polyvol/core";
import type { World } from "./state.ts";

/** Tags as the account keeps them: where capitals make no difference, each in the spelling of its first use. */
export function spellTags(
  world: World,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (world.capabilities.limits.tags?.ignoresCase !== true) return { ...tags };
  const spelt = Object.entries(tags).map((tag) => {
    const folded = foldCapitals(JSON.stringify(tag));
    const known = world.spellings.get(folded) ?? tag;
    world.spellings.set(folded, known);
    return known;
  });
  return Object.fromEntries(spelt);
}
