import type { Capabilities, Snapshot, Volume } from "@polyvol/core";
import { comparableId } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { isHeld } from "../hold/marker.ts";
import { parseSnapshotName, type SnapshotName } from "../naming.ts";
import type { BackupProblem } from "../problem.ts";

/**
 * What should be seen on the snapshots of an account and is not. Each snapshot that Polyvol makes is given a tag and a
 * description where the provider has them. Where none of them shows any, they are hidden, and so is what would keep a
 * snapshot: unknown is not absent.
 */
export interface HiddenMarks {
  /** What is not shown. */
  readonly what: "tags" | "descriptions";
  /** How many of our own snapshots do not show it. */
  readonly hidden: number;
  /** Of how many. Fewer than all are hidden only where the provider's answers themselves say nothing of their tags. */
  readonly own: number;
}

/** A snapshot with what its name says; without that it is none of ours. */
export interface ObservedSnapshot {
  readonly snapshot: Snapshot;
  readonly backupName?: SnapshotName;
  readonly held: boolean;
  /** Taken before the slot that its name says, by a machine whose clock was wrong: never that slot's backup. */
  readonly early?: true;
  /** A volume is being made of it, whatever its own state says. */
  readonly isSource?: true;
}

/** A cloud as it was read: whole, or not at all. */
export type CloudState =
  | {
      readonly state: "observed";
      readonly name: string;
      readonly provider: string;
      readonly capabilities: Capabilities;
      /** In the order of their ids. */
      readonly volumes: readonly Volume[];
      /** By the id of their volume (which may be gone), each list in the order of ids. */
      readonly snapshots: ReadonlyMap<string, readonly ObservedSnapshot[]>;
      /** What should be seen on our own snapshots and is not. */
      readonly hiddenMarks?: HiddenMarks;
      /** The credentials are known not to be shown tags. */
      readonly tagsHidden: boolean;
      /**
       * Of a provider that does not tell its time: when the newest of what is there was made, in milliseconds. It is that late
       * there at least, and this machine's clock may show anything.
       */
      readonly timeAtLeast?: number;
      /** Requests left in the provider's longest quota window before the listings, where the provider says. */
      readonly requestsLeft?: number;
      /** Requests that reading took, as far as can be told. */
      readonly requests: number;
      /** Requests that a deletion takes by itself, without what it is judged on. */
      readonly requestsPerDeletion: number;
    }
  | { readonly state: "failed"; readonly name: string; readonly problem: BackupProblem };

/** A cloud that could be read. */
export type ObservedCloud = Extract<CloudState, { readonly state: "observed" }>;

/** Whether a snapshot counts as a backup. */
export function isGood({ snapshot }: ObservedSnapshot): boolean {
  return snapshot.state === "available" || snapshot.state === "restoring";
}

/** Whether it may still become a backup. */
export function isUnfinished({ snapshot }: ObservedSnapshot): boolean {
  return snapshot.state === "creating" || snapshot.state === "unknown";
}

/** The one that was taken last; of several, the first by id. */
export function newestOf(snapshots: readonly ObservedSnapshot[]): Snapshot | undefined {
  const [newest] = snapshots
    .map(({ snapshot }) => snapshot)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || compareText(a.id, b.id));
  return newest;
}

/** What a volume is found by among those of several clouds. */
export function volumeKey(cloud: string, volumeId: string): string {
  return JSON.stringify([cloud, volumeId]);
}

/** A clock may be off by so much: beyond it, slots would be due too early or too late. */
export const MAX_SKEW_MS = 120_000;

/** A snapshot with what its name says of it. */
export function observeSnapshot(snapshot: Snapshot): ObservedSnapshot {
  return withName(snapshot, parseSnapshotName(snapshot.name, snapshot.volumeId), isHeld(snapshot));
}

/** A snapshot with what is known of it already: the name as it was parsed, and whether it is held. */
export function withName(
  snapshot: Snapshot,
  backupName: SnapshotName | undefined,
  held: boolean,
): ObservedSnapshot {
  if (backupName === undefined) return { snapshot, held };
  const early = snapshot.createdAt.getTime() < backupName.slot.getTime() - MAX_SKEW_MS;
  return early ? { snapshot, held, backupName, early } : { snapshot, held, backupName };
}

/**
 * When a volume was made, in milliseconds, as its provider says. Undefined for a date that is to come at `now`: such a date
 * is wrong, when it was is not known, and nothing may rest on the volume being young.
 */
export function madeAt({ createdAt }: Volume, now: number): number | undefined {
  const told = createdAt.getTime();
  return told - now > MAX_SKEW_MS ? undefined : told;
}

/** Snapshots that volumes are being made of: not every provider shows it on the snapshot. */
export interface SourcesInUse {
  /** Adds a volume that was listed. */
  see(volume: Volume): void;
  has(snapshot: Snapshot): boolean;
}

export function createSourcesInUse(volumes: readonly Volume[] = []): SourcesInUse {
  const ids = new Set<string>();
  const see = ({ state, sourceSnapshotId }: Volume): void => {
    if (state === "creating" && sourceSnapshotId !== undefined) ids.add(comparableId(sourceSnapshotId));
  };
  for (const volume of volumes) see(volume);
  return { see, has: ({ id }) => ids.size > 0 && ids.has(comparableId(id)) };
}

/** The snapshot, with whether a volume is being made of it. */
export function withSource(seen: ObservedSnapshot, sources: SourcesInUse): ObservedSnapshot {
  return sources.has(seen.snapshot) ? { ...seen, isSource: true } : seen;
}
