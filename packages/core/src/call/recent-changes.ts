import { comparableId } from "../answered.ts";
import type { Resource } from "../resource.ts";
import { APPEARANCE_MS } from "./newcomers.ts";

/**
 * What this storage has changed just now. A copy that lags behind still shows it as it was before, and so as a change back
 * wants it: that is no word that there is nothing to do.
 */
export interface RecentChanges {
  /** A change was seen done. */
  changed(before: Resource, after: Resource): void;
  /** Whether it is shown as it was before its last change, within a minute of that. */
  isBefore(shown: Resource): boolean;
}

export function createRecentChanges(monotonicNow: () => number): RecentChanges {
  /** How each looked before, the oldest change first. */
  const before = new Map<string, { readonly look: string; readonly at: number }>();
  const isPast = (at: number): boolean => monotonicNow() - at >= APPEARANCE_MS;
  return {
    changed: (was, is) => {
      for (const [id, { at }] of before) {
        if (!isPast(at)) break;
        before.delete(id);
      }
      const id = comparableId(is.id);
      before.delete(id);
      const look = lookOf(was);
      if (look !== lookOf(is)) before.set(id, { look, at: monotonicNow() });
    },
    isBefore: (shown) => {
      const last = before.get(comparableId(shown.id));
      return last !== undefined && !isPast(last.at) && last.look === lookOf(shown);
    },
  };
}

/** What changes can change, as a text. */
function lookOf(shown: Resource): string {
  const { name, description = "" } = shown;
  if (!("attachments" in shown)) return JSON.stringify([name, description]);
  const servers = shown.attachments.map(({ serverId }) => comparableId(serverId)).sort();
  return JSON.stringify([name, shown.sizeGiB, servers]);
}
