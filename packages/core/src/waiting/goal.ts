import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";

/** What one look at a resource means for a wait. */
export type Verdict =
  | { readonly state: "done" }
  | { readonly state: "pending" }
  | { readonly state: "failed"; readonly reason: string };

/** Judges a resource as it was just seen, and by what was seen before. */
export type Goal<T> = (resource: T) => Verdict;

const DONE: Verdict = { state: "done" };
const PENDING: Verdict = { state: "pending" };

/** The resource as a person would name its state: the provider's own word first. */
export function seenState(resource: Volume | Snapshot): string {
  return resource.providerState ?? resource.state;
}

function failed(resource: Volume | Snapshot): Verdict {
  return { state: "failed", reason: `the provider reports the state ${seenState(resource)}` };
}

/** The volume is at rest: nothing is under way on it. */
export const volumeUsable: Goal<Volume> = (volume) => {
  switch (volume.state) {
    case "available":
    case "in_use":
      return DONE;
    case "error":
      return failed(volume);
    case "deleting":
      return { state: "failed", reason: "it is being deleted" };
    default:
      return PENDING;
  }
};

/** The volume is at rest and as `reached` says. */
export function volumeReaches(reached: (volume: Volume) => boolean): Goal<Volume> {
  return (volume) => {
    const verdict = volumeUsable(volume);
    return verdict.state === "done" && !reached(volume) ? PENDING : verdict;
  };
}

export const snapshotUsable: Goal<Snapshot> = (snapshot) => {
  switch (snapshot.state) {
    case "available":
      return DONE;
    case "error":
      return failed(snapshot);
    case "deleting":
      return { state: "failed", reason: "it is being deleted" };
    default:
      return PENDING;
  }
};

export function snapshotReaches(reached: (snapshot: Snapshot) => boolean): Goal<Snapshot> {
  return (snapshot) => {
    const verdict = snapshotUsable(snapshot);
    return verdict.state === "done" && !reached(snapshot) ? PENDING : verdict;
  };
}

/**
 * Only its absence ends the wait, or an error state that says that the deletion failed: one that it was not in before
 * (`before`: its state by the provider's word), or is in again after it was seen `deleting`.
 */
export function gone<T extends Volume | Snapshot>(before: string | undefined): Goal<T> {
  let wasDeleting = before === "deleting";
  return (resource) => {
    wasDeleting ||= resource.state === "deleting";
    if (resource.state !== "error") return PENDING;
    return wasDeleting || seenState(resource) !== before ? failed(resource) : PENDING;
  };
}

/** Nothing is under way any more, whether it went well or not. */
export function settled(resource: Volume | Snapshot): Verdict {
  const verdict = "volumeId" in resource ? snapshotUsable(resource) : volumeUsable(resource);
  return verdict.state === "failed" && resource.state === "error" ? DONE : verdict;
}
