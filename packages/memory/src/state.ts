import {
  type Capabilities,
  type Clock,
  foldCapitals,
  type SnapshotState,
  type VolumeState,
} from "@polyvol/core";
import type { PendingStatus } from "@polyvol/core/driver";
import type { CallCounter } from "./calls.ts";
import type { createFaultQueue, MemoryFault } from "./faults.ts";
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
  /** When it was deleted. A deleted record stays only as long as stale listings may still show it. */
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

/** Work that is due at an instant of the account's clock. Nothing runs by itself: whoever looks first runs it. */
export function createSchedule() {
  const due: { readonly at: number; readonly work: (at: number) => void }[] = [];
  return {
    /** Runs `work` once the time is `at`, with that time. */
    add(at: number, work: (at: number) => void): void {
      due.splice(due.findLastIndex((each) => each.at <= at) + 1, 0, { at, work });
    },
    /** Runs everything that is due at `now` in the order of time, each piece at its own instant. */
    runDue(now: number): void {
      for (let next = due[0]; next !== undefined && next.at <= now; next = due[0]) {
        due.shift();
        next.work(next.at);
      }
    },
  };
}

/** Everything inside an account. */
export interface MemoryState {
  readonly clock: Clock;
  readonly monotonicNow: () => number;
  readonly capabilities: Capabilities;
  readonly settings: MemorySettings;
  readonly volumes: Map<string, VolumeRecord>;
  readonly snapshots: Map<string, SnapshotRecord>;
  /** When the latest snapshot of each volume was taken. */
  readonly lastSnapshotAt: Map<string, number>;
  /** The records of changes, by their token. */
  readonly jobs: Map<string, PendingStatus>;
  /** Each tag in the spelling of its first use, by its folded form. */
  readonly spellings: Map<string, readonly [string, string]>;
  readonly schedule: ReturnType<typeof createSchedule>;
  readonly faults: ReturnType<typeof createFaultQueue>;
  readonly calls: CallCounter;
  /** A new number and the id made of it, such as `volume-000001`. Volumes and snapshots are counted together. */
  next(kind: "volume" | "snapshot" | "job" | "request"): { readonly id: string; readonly ordinal: number };
}

/** The moment of one call, and the fault that it met. */
export interface Commit {
  readonly now: number;
  readonly fault?: MemoryFault | undefined;
}

/** Where an account keeps its inside. A registered symbol: two copies of this package can share an account. */
export const STATE: unique symbol = Symbol.for("polyvol.memory.state") as never;

/** Resources that are not deleted. */
export function present<T extends { readonly removedAt: number | undefined }>(
  records: ReadonlyMap<string, T>,
): T[] {
  return [...records.values()].filter((each) => each.removedAt === undefined);
}

/** The resources of a listing at `now`, in its order: those of `listDelayMs` ago, as they are now. */
export function listed<T extends { readonly createdAt: number; readonly removedAt: number | undefined }>(
  { settings }: MemoryState,
  records: ReadonlyMap<string, T>,
  now: number,
): T[] {
  const at = now - settings.listDelayMs;
  const shown = [...records.values()].filter(
    (each) => each.createdAt <= at && (each.removedAt === undefined || each.removedAt > at),
  );
  return settings.order === "oldest_first" ? shown : shown.reverse();
}

/** Removes a record, from stale listings `listDelayMs` later. */
export function removeRecord<T extends { readonly id: string; removedAt: number | undefined }>(
  { schedule, settings }: MemoryState,
  records: Map<string, T>,
  record: T,
  at: number,
): void {
  record.removedAt = at;
  if (settings.listDelayMs === 0) records.delete(record.id);
  else schedule.add(at + settings.listDelayMs, () => records.delete(record.id));
}

/** Tags as the account keeps them: where capitals make no difference, each in the spelling of its first use. */
export function spellTags(
  { capabilities, spellings }: MemoryState,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (capabilities.limits.tags?.ignoresCase !== true) return { ...tags };
  const spelt = Object.entries(tags).map((tag) => {
    const folded = foldCapitals(JSON.stringify(tag));
    const known = spellings.get(folded) ?? tag;
    spellings.set(folded, known);
    return known;
  });
  return Object.fromEntries(spelt);
}
