import type { Runtime } from "../call/runtime.ts";
import { refused } from "../errors.ts";
import type { Resource } from "../resource.ts";

/** What one look at a resource means for a wait. */
export type Verdict =
  | { readonly state: "done" }
  | { readonly state: "pending" }
  | { readonly state: "failed"; readonly reason: string };

/** Judges a resource as it was just seen, and by what was seen before. */
export type Goal<T> = (resource: T) => Verdict;

export const DONE: Verdict = { state: "done" };
export const PENDING: Verdict = { state: "pending" };

/** The resource as a person would name its state: the provider's own word first. */
export function describeState(resource: Resource): string {
  return resource.providerState ?? resource.state;
}

function failed(resource: Resource): Verdict {
  return { state: "failed", reason: `the provider reports the state ${describeState(resource)}` };
}

/** It can be used, and nothing is under way on it. */
export function usable(resource: Resource): Verdict {
  switch (resource.state) {
    case "available":
    case "in_use":
      return DONE;
    case "error":
      return failed(resource);
    case "deleting":
      return { state: "failed", reason: "it is being deleted" };
    default:
      return PENDING;
  }
}

/** It is usable and as `reached` says. */
export function reaches<T extends Resource>(reached: (resource: T) => boolean): Goal<T> {
  return (resource) => {
    const verdict = usable(resource);
    return verdict.state === "done" && !reached(resource) ? PENDING : verdict;
  };
}

/** It is as `reached` says, in whatever state: what is written of a resource is no matter of that. */
export function shows<T extends Resource>(reached: (resource: T) => boolean): Goal<T> {
  return (resource) => (reached(resource) ? DONE : PENDING);
}

/**
 * Only its absence ends the wait, or an error state that says that the deletion failed: one that it was not in before
 * (`before`: its state by the provider's word), or is in again after it was seen `deleting`.
 */
export function gone<T extends Resource>(before: string | undefined): Goal<T> {
  let wasDeleting = before === "deleting";
  return (resource) => {
    wasDeleting ||= resource.state === "deleting";
    if (resource.state !== "error") return PENDING;
    return wasDeleting || describeState(resource) !== before ? failed(resource) : PENDING;
  };
}

/** Nothing is under way any more, whether it went well or not. */
export function idle(resource: Resource): Verdict {
  return resource.state === "error" ? DONE : usable(resource);
}

/** Whether it is a volume in a state that waits for a person, as its driver says. */
export function isBlocked({ driver }: Runtime, resource: Resource): boolean {
  return !("volumeId" in resource) && driver.isBlocked?.(resource) === true;
}

export function describeBlocked(resource: Resource): string {
  return `it is in the state ${describeState(resource)}, which does not pass by itself`;
}

/** @throws PolyvolError `failed_precondition` for what only a person can set free */
export function refuseBlocked(runtime: Runtime, resource: Resource): void {
  if (!isBlocked(runtime, resource)) return;
  throw refused("failed_precondition", describeBlocked(resource));
}
