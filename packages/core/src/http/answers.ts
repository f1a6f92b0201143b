/** What adapters read alike in answers. */
import * as z from "zod/mini";

/** Last in a union: what is odd is as good as absent, and makes nothing else unreadable. */
export const absentIfOdd: z.ZodMiniType<undefined, unknown> = z.pipe(
  z.unknown(),
  z.transform(() => undefined),
);

/**
 * Whether a list of links, as OpenStack and what is built on it writes them, has one to a next page. No address of them is to
 * be called: its host can be any. Odd links are as good as none.
 */
export function hasNextLink(links: unknown): boolean {
  return Array.isArray(links) && links.some((link) => Object(link).rel === "next");
}
