import { createHash } from "node:crypto";
import { createCollection } from "../kit/collection.ts";
import { createIds, freeId } from "../kit/ids.ts";
import { createSchedule } from "../kit/schedule.ts";
import type { ResolvedOptions, Work } from "./options.ts";
import {
  type Instant,
  type MessageRecord,
  newestFirst,
  type SnapshotRecord,
  type VolumeRecord,
} from "./records.ts";

/** A token, and for whom it is. */
export interface TokenRecord {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  /** `undefined`: the token is for no project. */
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  /** How its user has proved to be that. */
  readonly methods: readonly string[];
  /** Id of the application credential that it is from. */
  readonly credentialId: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Everything that exists in the emulated cloud. Rules live beside it; here is only what there is. */
export type State = ReturnType<typeof createState>;

export function createState(options: ResolvedOptions, randomSeed: number) {
  const tokens = new Map<string, TokenRecord>();
  const volumes = createCollection({
    order: newestFirst,
    indexes: { project: (volume: VolumeRecord) => volume.projectId },
  });
  const snapshots = createCollection({
    order: newestFirst,
    indexes: {
      project: (snapshot: SnapshotRecord) => snapshot.projectId,
      volume: (snapshot: SnapshotRecord) => snapshot.volumeId,
    },
  });
  const messages = createCollection({
    order: newestFirst,
    indexes: { resource: (message: MessageRecord) => message.resourceId },
  });
  /** Ends of the work in progress. */
  const schedule = createSchedule();
  /** How often the next work of a kind fails, besides what the options say. */
  const plannedFailures = new Map<Work, number>();
  let ids = createIds(randomSeed);
  let last: Instant = 0;
  const sum = (items: readonly { readonly sizeGiB: number }[]): number =>
    items.reduce((total, { sizeGiB }) => total + sizeGiB, 0);

  /** Whether a volume or a snapshot has this id. */
  const isTaken = (id: string): boolean => volumes.get(id) !== undefined || snapshots.get(id) !== undefined;

  return {
    options,
    tokens,
    volumes,
    snapshots,
    messages,
    schedule,
    plannedFailures,
    isTaken,
    /** An id that no volume and no snapshot has, and that is not spoken for. */
    newId: (isSpokenFor: (id: string) => boolean = () => false): string =>
      freeId(
        () => ids.uuid(),
        (id) => isTaken(id) || isSpokenFor(id),
      ),
    /** An instant of a record: that of the clock, and later than all before. */
    instant(now: number): Instant {
      last = Math.max(now, last + 0.001);
      return last;
    },
    /** GiB that volumes and snapshots of a project count for. */
    usedGiB: (projectId: string): number =>
      sum(volumes.by("project", projectId)) + sum(snapshots.by("project", projectId)),
    /** GiB that volumes of all projects take on the backend. */
    storedGiB: (): number => sum(volumes.all().filter(({ hasHost }) => hasHost)),
    /** Whether work that is asked for now is to fail. */
    fails(work: Work): boolean {
      const planned = plannedFailures.get(work) ?? 0;
      if (planned > 0) plannedFailures.set(work, planned - 1);
      return planned > 0 || options.failing.includes(work);
    },
    reset(): void {
      for (const part of [plannedFailures, tokens, volumes, snapshots, messages, schedule]) part.clear();
      ids = createIds(randomSeed);
      last = 0;
    },
  };
}

/** A hexadecimal id of a project, user or type, made from its name: the same in every emulator. */
export function idOfName(kind: "project" | "user" | "type", name: string): string {
  return createHash("sha256").update(`${kind} ${name}`).digest("hex").slice(0, 32);
}
