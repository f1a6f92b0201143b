import type { EmulatedCloud } from "./clouds.ts";
import type { StoryPolicy } from "./policies.ts";
import { keptSlots } from "./retention.ts";
import type { TrueSnapshot, TrueVolume } from "./true-state.ts";

/** What a cloud has to hold. */
export interface Expectation {
  readonly cloud: string;
  /** Those that were there before anything began: none may be missing or different. */
  readonly volumes: readonly TrueVolume[];
  /** Snapshots of somebody else: none may be missing or different. */
  readonly foreign: readonly TrueSnapshot[];
  /** Volumes that must have come in addition, by name. */
  readonly added: readonly string[];
  /** The snapshots that policies must have left: one of each slot. */
  readonly kept: readonly KeptSlots[];
}

/** The slots of one policy on one volume that must have a snapshot, in milliseconds since the epoch. */
export interface KeptSlots {
  readonly volumeId: string;
  readonly volumeName: string;
  readonly policyId: string;
  readonly slots: ReadonlySet<number>;
  /** The slot that was due in the newest night. */
  readonly due: number;
}

/** Looks at a cloud before anything has happened; gives what it must hold after each of the nights. */
export function createExpectations(
  { name, state }: Pick<EmulatedCloud, "name" | "state">,
  policies: readonly StoryPolicy[],
): (nights: readonly number[], added?: readonly string[]) => Expectation {
  const before = state();
  return (nights, added = []) => ({
    cloud: name,
    volumes: before.volumes,
    foreign: before.snapshots,
    added,
    kept: before.volumes.flatMap((volume) =>
      policies.filter((policy) => chooses(policy, volume)).map((policy) => keptOf(volume, policy, nights)),
    ),
  });
}

/** Whether a policy is about a volume, by the beginning of its name. */
export function chooses({ prefixes }: StoryPolicy, { name }: Pick<TrueVolume, "name">): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function keptOf(volume: TrueVolume, policy: StoryPolicy, nights: readonly number[]): KeptSlots {
  // A slot is due once however many nights pass before the next; a night never makes up for an older one.
  const due = nights.map((night) => policy.newestSlot(night));
  return {
    volumeId: volume.id,
    volumeName: volume.name,
    policyId: policy.id,
    slots: keptSlots([...new Set(due)], policy.rules),
    due: due.at(-1) ?? Number.NaN,
  };
}
