import type { NameRule } from "@polyvol/core";
import { nameLength } from "./snapshot-name.ts";

/** Longest prefix after filling in, so that names stay readable in a provider's console. */
const MAX_PREFIX = 60;

/**
 * The prefix of a policy for one volume: `{cloud}` and `{volume}` filled in, what is neither letter nor digit made a
 * single `-`, and cut so that the whole name fits the provider's rule. Undefined when not even one letter fits.
 */
export function fillPrefix(
  template: string,
  values: { readonly cloud: string; readonly volume: string },
  policyId: string,
  rule: NameRule,
): string | undefined {
  const filled = template.replaceAll("{cloud}", values.cloud).replaceAll("{volume}", values.volume);
  const longest = Math.min(MAX_PREFIX, rule.maxLength - nameLength(0, policyId));
  if (longest < 1) return undefined;
  return filled
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/-+$/, "");
}
