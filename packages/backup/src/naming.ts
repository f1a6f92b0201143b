import { foldCapitals, type Limits, type NameRule, type Snapshot, tagTexts } from "@polyvol/core";
import { HOUR_MS, MINUTE_MS } from "./duration.ts";
import { parseSlotName, slotName } from "./schedule/slots.ts";

const DRILL_NAME = /^polyvol-drill-([0-9a-f]{10})-(\d{8}t\d{6}z)(?:-(\d+)m-[0-9a-f]{6})?$/;
/** What a name means that says no other: twice what a restore may last. */
const USUAL_MAKING_MS = HOUR_MS;

/**
 * Name of the temporary volume of a drill: valid as the name of a volume on every provider, and recognisable. It says which
 * volume it is of and when its run began; and, as {@link readName}, how long that may take, where it is longer than usual.
 */
export function drillName(volumeId: string, startedAt: Date, makingMs: number = USUAL_MAKING_MS): string {
  if (makingMs > USUAL_MAKING_MS) return readName(volumeId, startedAt, makingMs);
  const second = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  return `polyvol-drill-${drillHash(volumeId)}-${slotName(second).toLowerCase()}`;
}

/**
 * Name of a temporary volume that is going to be read on a server. It also says how long it may take to make it ready, so
 * that others know until when it is not left over; and it is this run's alone.
 */
export function readName(volumeId: string, startedAt: Date, makingMs: number): string {
  const making = `${Math.ceil(makingMs / MINUTE_MS)}m`;
  return `${drillName(volumeId, startedAt)}-${making}-${crypto.randomUUID().slice(0, 6)}`;
}

/** What the name of a temporary volume says. */
export interface DrillName {
  /** Whose drill: compare with {@link drillHash}. */
  readonly hash: string;
  /** When its run began, by the clock of its machine: for people. */
  readonly startedAt: Date;
  /** So long its run may take to make it ready: until then it is not left over while nobody is seen to use it. */
  readonly makingMs: number;
  /** Whether it may be on its way to a server, by {@link readName}. */
  readonly isRead: boolean;
}

/** Undefined for the name of any other volume. */
export function parseDrillName(name: string): DrillName | undefined {
  const [, hash, time, minutes] = DRILL_NAME.exec(name) ?? [];
  const startedAt = time === undefined ? undefined : parseSlotName(time.toUpperCase());
  if (hash === undefined || startedAt === undefined) return undefined;
  const makingMs = minutes === undefined ? USUAL_MAKING_MS : Number(minutes) * MINUTE_MS;
  return { hash, startedAt, makingMs, isRead: minutes !== undefined };
}

/** Stands for a volume in the names of its drills. */
export function drillHash(volumeId: string): string {
  return digestOf(["polyvol-drill", volumeId]).slice(0, HASH_LENGTH);
}

const VOLUME_KEY = "polyvol-volume";

/**
 * The tags that a policy's snapshots get where the provider has tags: whose they are, and the name of their volume, by
 * which they are found when it is gone. One tag for each policy and volume, never for each slot. A name that is no tag
 * there is left out: nothing fails for want of it.
 */
export function ownTags(
  policyId: string,
  volume?: { readonly name: string; readonly limits: Limits },
): Readonly<Record<string, string>> {
  const own = { "polyvol-policy": policyId };
  const rule = volume?.limits.tags;
  if (volume === undefined || rule === undefined || volume.name === "") return own;
  const { name } = volume;
  // Where a tag is one text, key, colon and value share its length.
  const fits =
    VOLUME_KEY.length + 1 + [...name].length <= rule.maxValueLength &&
    new RegExp(`^(?:${rule.valuePattern})$`).test(name);
  return fits ? { ...own, [VOLUME_KEY]: name } : own;
}

/** The name that its volume had when a snapshot was taken, where it carries one. */
export function volumeNameOn(snapshot: Snapshot): string | undefined {
  const prefix = `${VOLUME_KEY}:`;
  const tag = tagTexts(snapshot).find((each) => foldCapitals(each).startsWith(prefix));
  return tag === undefined || tag.length === prefix.length ? undefined : tag.slice(prefix.length);
}

/** Longest prefix after filling in, so that names stay readable in a provider's console. */
const MAX_PREFIX = 60;

/**
 * The prefix of a policy for one volume: `{cloud}` and `{volume}` filled in, what is neither letter nor digit made a
 * single `-`, and cut so that the whole name fits the provider's rule. Undefined when not even one letter fits.
 */
export function fillPrefix(
  template: string,
  values: { readonly cloud: string; readonly volume: string },
  policyId: string,
  rule: NameRule,
): string | undefined {
  const filled = template.replaceAll("{cloud}", values.cloud).replaceAll("{volume}", values.volume);
  const longest = Math.min(MAX_PREFIX, rule.maxLength - nameLength(0, policyId));
  if (longest < 1) return undefined;
  return filled
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/-+$/, "");
}

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
const SLOT_LENGTH = 16;
const SHAPE = /^([A-Za-z0-9-]+)-(\d{8}T\d{6}Z)-([0-9a-f]{10})$/;

/** `<prefix>-<policy id>-<slot UTC>-<hash of policy, volume and slot>`: only letters, digits and `-`. */
export function snapshotName(prefix: string, policyId: string, volumeId: string, slot: Date): string {
  const slotText = slotName(slot);
  return `${prefix}-${policyId}-${slotText}-${hashOf(policyId, volumeId, slotText)}`;
}

/** How long a name gets with a prefix of this length. */
export function nameLength(prefixLength: number, policyId: string): number {
  return prefixLength + policyId.length + SLOT_LENGTH + HASH_LENGTH + 3;
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

/** What a name says before its hash: the same for all volumes of a policy and slot. */
export function nameBeforeHash(name: string): string {
  return name.slice(0, -(HASH_LENGTH + 1));
}

/** Whether the name of a snapshot of that volume says this: {@link parseSnapshotName} for names that begin alike. */
export function saysSame(name: string, volumeId: string, { policyId }: SnapshotName): boolean {
  const slotText = name.slice(-(SLOT_LENGTH + HASH_LENGTH + 1), -(HASH_LENGTH + 1));
  return name.endsWith(`-${hashOf(policyId, volumeId, slotText)}`);
}

function hashOf(policyId: string, volumeId: string, slotText: string): string {
  return digestOf(["polyvol-backup", policyId, volumeId, slotText]).slice(0, HASH_LENGTH);
}

let hash: typeof import("node:crypto").hash | undefined;

function digestOf(parts: readonly string[]): string {
  // Not imported: loading it takes a part of the start of commands that look at holds and hash no name.
  hash ??= process.getBuiltinModule("node:crypto").hash;
  return hash("sha256", JSON.stringify(parts));
}
