/** What adapters read alike in answers. */
import * as z from "zod/mini";
import type { SnapshotState } from "../snapshot.ts";
import type { VolumeState } from "../volume.ts";

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

/** The neutral state of a volume by the word that Cinder has for it. Of words that are not known it is `unknown`. */
export function cinderVolumeState(word: string): VolumeState {
  switch (word) {
    case "creating":
    case "downloading":
      return "creating";
    case "reserved":
      return "attaching";
    case "in-use":
      return "in_use";
    case "extending":
      return "resizing";
    case "available":
    case "attaching":
    case "detaching":
    case "reverting":
    case "deleting":
      return word;
    default:
      return word.startsWith("error") ? "error" : "unknown";
  }
}

/** The same of a snapshot. */
export function cinderSnapshotState(word: string): SnapshotState {
  switch (word) {
    case "creating":
    case "available":
    case "restoring":
    case "deleting":
      return word;
    default:
      return word.startsWith("error") ? "error" : "unknown";
  }
}
