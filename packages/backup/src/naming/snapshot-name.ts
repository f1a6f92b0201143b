import { hash } from "node:crypto";
import { parseSlotName, slotName } from "../schedule/slots.ts";

/** What the name of a backup says; its prefix is left to people. */
export interface SnapshotName {
  /** What the name begins with. */
  readonly prefix: string;
  /** The policy that it belongs to. */
  readonly policyId: string;
  /** The instant that the schedule had it for, not the one at which it was taken. */
  readonly slot: Date;
}

/** Hexadecimal digits of the hash: 40 bits, so that no name says by accident whose it is. */
const HASH_LENGTH = 10;
const SHAPE = /^([A-Za-z0-9-]+)-(\d{8}T\d{6}Z)-([0-9a-f]{10})$/;

/** `<prefix>-<policy id>-<slot UTC>-<hash of policy, volume and slot>`: only letters, digits and `-`. */
export function snapshotName(prefix: string, policyId: string, volumeId: string, slot: Date): string {
  const slotText = slotName(slot);
  return `${prefix}-${policyId}-${slotText}-${hashOf(policyId, volumeId, slotText)}`;
}

/** How long a name gets with a prefix of this length. */
export function nameLength(prefixLength: number, policyId: string): number {
  return prefixLength + policyId.length + 16 + HASH_LENGTH + 3;
}

/**
 * What a name says of a snapshot of that volume; undefined when the snapshot is none of ours: the name has another
 * shape, or its hash is not that of the policy, the volume and the slot. Where prefix and policy meet is found by the
 * hash, so both may hold `-`.
 */
export function parseSnapshotName(name: string, volumeId: string): SnapshotName | undefined {
  const [, head, slotText, digest] = SHAPE.exec(name) ?? [];
  if (head === undefined || slotText === undefined) return undefined;
  for (let at = head.lastIndexOf("-"); at > 0; at = head.lastIndexOf("-", at - 1)) {
    const policyId = head.slice(at + 1);
    if (policyId === "" || hashOf(policyId, volumeId, slotText) !== digest) continue;
    const slot = parseSlotName(slotText);
    return slot === undefined ? undefined : { prefix: head.slice(0, at), policyId, slot };
  }
  return undefined;
}

function hashOf(policyId: string, volumeId: string, slotText: string): string {
  return hash("sha256", JSON.stringify(["polyvol-backup", policyId, volumeId, slotText])).slice(
    0,
    HASH_LENGTH,
  );
}
