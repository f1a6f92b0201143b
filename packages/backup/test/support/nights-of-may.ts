import { type Policy, type PolicyDefinition, parsePolicies, snapshotName } from "../../src/index.ts";
import { type EmulatedWorld, storedSnapshots } from "./emulated-clouds.ts";
import { nightly } from "./shapes.ts";

/** Id of the only volume. */
export const VOLUME = "00000000-0000-4000-8000-000000000001";

/** The policy `nightly` with these keys. */
export function policy(keys: Partial<PolicyDefinition> = {}): readonly Policy[] {
  return parsePolicies({ nightly: nightly(keys) });
}

/** The nights of May from one to another. */
export function nights(from: number, to: number): readonly Date[] {
  return Array.from({ length: to - from + 1 }, (_, index) => new Date(Date.UTC(2026, 4, from + index, 3)));
}

/** Name of the volume's snapshot of a slot. */
export function nameOf(slot: Date, id = "nightly"): string {
  return snapshotName("polyvol", id, VOLUME, slot);
}

/** The days of May that there are snapshots of. */
export function daysOf(there: EmulatedWorld): number[] {
  return storedSnapshots(there)
    .map(({ name }) => Number(/202605(\d\d)T/.exec(name)?.[1]))
    .sort((a, b) => a - b);
}
