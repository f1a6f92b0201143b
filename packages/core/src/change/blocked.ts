import { refused } from "../input.ts";
import type { Runtime } from "../runtime.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { seenState } from "../waiting/goal.ts";

/** Whether it is a volume in a state that waits for a person, as its driver says. */
export function isBlocked({ driver }: Runtime, resource: Volume | Snapshot): boolean {
  return !("volumeId" in resource) && driver.isBlocked?.(resource) === true;
}

export function blockedWords(resource: Volume | Snapshot): string {
  return `it is in the state ${seenState(resource)}, which does not pass by itself`;
}

/** @throws PolyvolError `failed_precondition` for what only a person can set free */
export function refuseBlocked(runtime: Runtime, resource: Volume | Snapshot): void {
  if (!isBlocked(runtime, resource)) return;
  throw refused("failed_precondition", blockedWords(resource));
}
