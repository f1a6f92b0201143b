import { comparableId } from "../answered.ts";
import { isPolyvolError, reinterpretError } from "../errors.ts";
import type { Resource } from "../resource.ts";

/*
 * What this storage has done just now. A service may answer from a copy that has not heard of it: what such a copy shows,
 * or does not show, is no last word then.
 */

/** A new resource, the record of a change, or a change on its resource may take so long to show up at all. */
export const APPEARANCE_MS = 60_000;

/** What this storage has made: that a copy finds none says least of all that it was deleted, though another has shown it. */
export function createNewcomers(monotonicNow: () => number) {
  const made = createRecent<true>(monotonicNow);
  const has = (id: string): boolean => made.get(id) === true;
  return {
    has,
    /**
     * A create was answered with it, `agoMs` before by a clock that may have been set since, or be another machine's that
     * is ahead.
     */
    made: (id: string, agoMs = 0): void => made.set(id, true, Math.max(0, agoMs)),
    /** It has been deleted: from now on its absence is believed. */
    gone: made.delete,
    /**
     * A request that needs `id`.
     * @throws PolyvolError `conflict`, which is waited for, in place of `not_found` while that says nothing
     */
    unlessNew: async <T>(id: string, request: Promise<T>): Promise<T> => {
      try {
        return await request;
      } catch (error) {
        if (!isPolyvolError(error, "not_found") || !has(id)) throw error;
        const words = `${id} was made just now and does not show yet: ${error.reason}`;
        throw reinterpretError(error, "conflict", words, { retryable: true });
      }
    },
  };
}

/** What creates of a name that were given up may have made: the marks that they sent, and the ids that they were answered. */
export interface GivenUp {
  readonly formerIds: readonly string[];
  readonly ownIds: readonly string[];
  /** Whether a request got no clear answer. */
  readonly unclear: boolean;
}

/**
 * Creates where names may repeat that ended without a result, by an abort or a failure. What shows of them later nobody was
 * given: it is the next create's, for a minute.
 */
export function createGivenUpCreates(monotonicNow: () => number) {
  const recent = createRecent<GivenUp>(monotonicNow);
  const of = (key: string): GivenUp => recent.get(key) ?? { formerIds: [], ownIds: [], unclear: false };
  return {
    giveUp: (key: string, made: GivenUp): void => {
      const before = of(key);
      recent.set(key, {
        formerIds: [...before.formerIds, ...made.formerIds],
        ownIds: [...before.ownIds, ...made.ownIds],
        unclear: before.unclear || made.unclear,
      });
    },
    /** They are one create's business from now on. */
    take: (key: string): GivenUp => {
      const made = of(key);
      recent.delete(key);
      return made;
    },
  };
}

/** What this storage has changed. As it was before, a copy shows it as a change back wants it: there is something to do. */
export function createRecentChanges(monotonicNow: () => number) {
  const looksBefore = createRecent<string>(monotonicNow);
  return {
    /** A change was seen done. */
    changed: (before: Resource, after: Resource): void => {
      const look = lookOf(before);
      if (look === lookOf(after)) looksBefore.delete(after.id);
      else looksBefore.set(after.id, look);
    },
    /** Whether it is shown as it was before its last change, within a minute of that. */
    isBefore: (shown: Resource): boolean => looksBefore.get(shown.id) === lookOf(shown),
  };
}

/** What changes can change, as a text. */
function lookOf(shown: Resource): string {
  const { name, description = "" } = shown;
  if (!("attachments" in shown)) return JSON.stringify([name, description]);
  const servers = shown.attachments.map(({ serverId }) => comparableId(serverId)).sort();
  return JSON.stringify([name, shown.sizeGiB, servers]);
}

/** Values by ids, each for a minute. */
function createRecent<V>(monotonicNow: () => number) {
  /** In the order in which they came. */
  const entries = new Map<string, { readonly value: V; readonly at: number }>();
  const isPast = (at: number): boolean => monotonicNow() - at >= APPEARANCE_MS;
  return {
    get: (id: string): V | undefined => {
      const entry = entries.get(comparableId(id));
      return entry === undefined || isPast(entry.at) ? undefined : entry.value;
    },
    /** `agoMs`: it has been so for as long. */
    set: (id: string, value: V, agoMs = 0): void => {
      for (const [each, { at }] of entries) {
        if (!isPast(at)) break;
        entries.delete(each);
      }
      entries.delete(comparableId(id));
      entries.set(comparableId(id), { value, at: monotonicNow() - agoMs });
    },
    delete: (id: string): void => void entries.delete(comparableId(id)),
  };
}
