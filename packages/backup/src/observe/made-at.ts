import type { Volume } from "@polyvol/core";
import { MAX_SKEW_MS } from "./observe-snapshot.ts";

/**
 * When a volume was made, in milliseconds, as its provider says. Undefined for a date that is to come at `now`: such a date
 * is wrong, when it was is not known, and nothing may rest on the volume being young.
 */
export function madeAt({ createdAt }: Volume, now: number): number | undefined {
  const told = createdAt.getTime();
  return told - now > MAX_SKEW_MS ? undefined : told;
}
