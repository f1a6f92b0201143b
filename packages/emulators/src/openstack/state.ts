import { createHash } from "node:crypto";
import { type Collection, createCollection } from "../kit/collection.ts";
import { createIds, freeId } from "../kit/ids.ts";
import { createSchedule, type Schedule } from "../kit/schedule.ts";
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
export interface State {
  readonly options: ResolvedOptions;
  readonly tokens: Map<string, TokenRecord>;
  readonly volumes: Collection<VolumeRecord, "project">;
  readonly snapshots: Collection<SnapshotRecord, "project" | "volume">;
  readonly messages: Collection<MessageRecord, "resource">;
  /** Ends of the work in progress. */
  readonly schedule: Schedule;
  /** Whether a volume or a snapshot has this id. */
  isTaken(id: string): boolean;
  /** An id that no volume and no snapshot has, and that is not spoken for. */
  newId(isSpokenFor?: (id: string) => boolean): string;
  /** An instant of a record: that of the clock, and later than all before. */
  instant(now: number): Instant;
  /** GiB that volumes and snapshots of a project count for. */
  usedGiB(projectId: string): number;
  /** GiB that volumes of all projects take on the backend. */
  storedGiB(): number;
  /** How often the next work of a kind fails, besides what the options say. */
  readonly plannedFailures: Map<Work, number>;
  /** Whether work that is asked for now is to fail. */
  fails(work: Work): boolean;
  reset(): void;
}

export function createState(options: ResolvedOptions, randomSeed: number): State {
  let ids = createIds(randomSeed);
  let last: Instant = 0;
  const sum = (items: readonly { readonly sizeGiB: number }[]): number =>
    items.reduce((total, { sizeGiB }) => total + sizeGiB, 0);
  const state: State = {
    options,
    tokens: new Map(),
    volumes: createCollection<VolumeRecord, "project">({
      order: newestFirst,
      indexes: { project: ({ projectId }) => projectId },
    }),
    snapshots: createCollection<SnapshotRecord, "project" | "volume">({
      order: newestFirst,
      indexes: { project: ({ projectId }) => projectId, volume: ({ volumeId }) => volumeId },
    }),
    messages: createCollection<MessageRecord, "resource">({
      order: newestFirst,
      indexes: { resource: ({ resourceId }) => resourceId },
    }),
    schedule: createSchedule(),
    isTaken: (id) => state.volumes.get(id) !== undefined || state.snapshots.get(id) !== undefined,
    newId: (isSpokenFor = () => false) =>
      freeId(
        () => ids.uuid(),
        (id) => state.isTaken(id) || isSpokenFor(id),
      ),
    instant(now) {
      last = Math.max(now, last + 0.001);
      return last;
    },
    usedGiB: (projectId) =>
      sum(state.volumes.by("project", projectId)) + sum(state.snapshots.by("project", projectId)),
    storedGiB: () => sum(state.volumes.all().filter(({ hasHost }) => hasHost)),
    plannedFailures: new Map(),
    fails(work) {
      const planned = state.plannedFailures.get(work) ?? 0;
      if (planned > 0) state.plannedFailures.set(work, planned - 1);
      return planned > 0 || options.failing.includes(work);
    },
    reset() {
      for (const part of [
        state.plannedFailures,
        state.tokens,
        state.volumes,
        state.snapshots,
        state.messages,
        state.schedule,
      ])
        part.clear();
      ids = createIds(randomSeed);
      last = 0;
    },
  };
  return state;
}

/** A hexadecimal id of a project, user or type, made from its name: the same in every emulator. */
export function idOfName(kind: "project" | "user" | "type", name: string): string {
  return createHash("sha256").update(`${kind} ${name}`).digest("hex").slice(0, 32);
}
