import type { Capabilities, Clock, SnapshotState, VolumeState } from "@polyvol/core";
import type { Agenda } from "./agenda.ts";
import type { CallCounter } from "./calls.ts";
import type { FaultQueue } from "./faults.ts";
import type { MemorySettings } from "./options.ts";

/** One server that a volume is attached to. */
export interface AttachmentRecord {
  readonly serverId: string;
  readonly device: string;
  readonly attachedAt: number;
}

/** A volume as the account keeps it. */
export interface VolumeRecord {
  readonly id: string;
  /** Counts up with every resource; the order of listings. */
  readonly ordinal: number;
  name: string;
  readonly region: string;
  sizeGiB: number;
  state: Exclude<VolumeState, "unknown">;
  readonly createdAt: number;
  readonly description: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  attachments: readonly AttachmentRecord[];
  readonly sourceSnapshotId: string | undefined;
  readonly volumeType: string;
  /** The change under way, if any: a word for people. */
  change: string | undefined;
  /** When it went. A record that is gone stays only as long as stale listings may still show it. */
  removedAt: number | undefined;
}

/** A snapshot as the account keeps it. */
export interface SnapshotRecord {
  readonly id: string;
  readonly ordinal: number;
  name: string;
  readonly volumeId: string;
  readonly region: string;
  readonly sizeGiB: number;
  state: Exclude<SnapshotState, "unknown">;
  readonly createdAt: number;
  description: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly attemptId: string | undefined;
  /** Volumes that are being made from it or set back to it at this moment. */
  users: number;
  removedAt: number | undefined;
}

/** What became of a change that is followed by a record. */
export interface JobRecord {
  readonly id: string;
  readonly about: string;
  status: "running" | "succeeded" | "failed";
  reason: string | undefined;
}

/** Everything inside an account. */
export interface World {
  readonly clock: Clock;
  readonly monotonicNow: () => number;
  readonly capabilities: Capabilities;
  readonly settings: MemorySettings;
  readonly volumes: Map<string, VolumeRecord>;
  readonly snapshots: Map<string, SnapshotRecord>;
  /** When the latest snapshot of each volume was taken. */
  readonly lastSnapshotAt: Map<string, number>;
  readonly jobs: Map<string, JobRecord>;
  /** Each tag in the spelling of its first use, by its folded form. */
  readonly spellings: Map<string, readonly [string, string]>;
  readonly agenda: Agenda;
  readonly faults: FaultQueue;
  readonly calls: CallCounter;
  /** The next number of a kind, from 1. */
  next(kind: "resource" | "job" | "request"): number;
}

/** The moment and the fate of one change. */
export interface Commit {
  readonly now: number;
  /** Why the change will fail in the end, where a fault wants that. */
  readonly breakReason?: string | undefined;
  /** What happens to the page of a listing, where a fault wants that. */
  readonly page?: PageFault | undefined;
}

/** A page that is cut smaller than was asked for, or is answered without its items. */
export type PageFault = { readonly atMost: number } | "empty";

/** Where an account keeps its inside. A registered symbol: two copies of this package can share an account. */
export const WORLD: unique symbol = Symbol.for("polyvol.memory.world") as never;

/** Resources that have not gone. */
export function present<T extends { readonly removedAt: number | undefined }>(
  records: ReadonlyMap<string, T>,
): T[] {
  return [...records.values()].filter((each) => each.removedAt === undefined);
}

/** What a listing shows at `now`, in its order: which resources there were a little while ago, as they are now. */
export function listed<
  T extends { readonly createdAt: number; readonly removedAt: number | undefined; readonly ordinal: number },
>(world: World, records: ReadonlyMap<string, T>, now: number): T[] {
  const { listDelayMs, order } = world.settings;
  const as = now - listDelayMs;
  const shown = [...records.values()].filter(
    (each) => each.createdAt <= as && (each.removedAt === undefined || each.removedAt > as),
  );
  return order === "oldest_first" ? shown : shown.reverse();
}

/** Takes a record away, now from everywhere but stale listings. */
export function remove<T extends { readonly id: string; removedAt: number | undefined }>(
  world: World,
  records: Map<string, T>,
  record: T,
  at: number,
): void {
  record.removedAt = at;
  const { listDelayMs } = world.settings;
  if (listDelayMs === 0) records.delete(record.id);
  else world.agenda.add(at + listDelayMs, () => records.delete(record.id));
}
