import type { DriverCreateSnapshot, DriverUpdateSnapshot, Pending } from "@polyvol/core/driver";
import { run } from "./changes.ts";
import { busy, nameTaken, Refusal } from "./refusal.ts";
import { spellTags } from "./spelling.ts";
import { type Commit, present, remove, type SnapshotRecord, type World } from "./state.ts";

export interface StartedSnapshot {
  readonly record: SnapshotRecord;
  readonly pending: Pending | undefined;
}

/** The snapshot of that id. @throws Refusal `not_found` */
export function snapshotOf(world: World, id: string): SnapshotRecord {
  const record = world.snapshots.get(id);
  if (record === undefined || record.removedAt !== undefined) {
    throw new Refusal("not_found", "there is no such snapshot");
  }
  return record;
}

/** The snapshot of that id, ready for a restore. @throws Refusal */
export function takeForUse(world: World, id: string): SnapshotRecord {
  const record = snapshotOf(world, id);
  if (record.state === "available") return record;
  if (record.state === "error") throw new Refusal("failed_precondition", "the snapshot is in error");
  throw busy(`the snapshot is ${record.state}`);
}

export function snapshotsOf(world: World, volumeId: string): SnapshotRecord[] {
  return present(world.snapshots).filter((each) => each.volumeId === volumeId);
}

export function latestSnapshot(world: World, volumeId: string): SnapshotRecord | undefined {
  return snapshotsOf(world, volumeId).at(-1);
}

export function createSnapshot(world: World, input: DriverCreateSnapshot, commit: Commit): StartedSnapshot {
  const volume = world.volumes.get(input.volumeId);
  if (volume === undefined || volume.removedAt !== undefined) {
    throw new Refusal("not_found", "there is no volume to take a snapshot of");
  }
  if (volume.change !== undefined) throw busy(`the volume is busy: ${volume.change}`);
  if (volume.state === "error") throw new Refusal("failed_precondition", "the volume is in error");
  if (volume.attachments.length > 0 && !input.allowAttached) {
    throw new Refusal("failed_precondition", "the volume is attached");
  }
  refuseTooSoon(world, volume.id, commit.now);
  refuseTakenName(world, input.name, volume.id);
  refuseTooMany(world, volume.id);
  const ordinal = world.next("resource");
  const record: SnapshotRecord = {
    id: `snapshot-${String(ordinal).padStart(6, "0")}`,
    ordinal,
    name: input.name,
    volumeId: volume.id,
    region: volume.region,
    sizeGiB: volume.sizeGiB,
    state: "creating",
    createdAt: commit.now,
    description: input.description,
    tags: spellTags(world, input.tags),
    attemptId: world.capabilities.snapshotNames.enforced ? undefined : input.attemptId,
    users: 0,
    removedAt: undefined,
  };
  world.snapshots.set(record.id, record);
  world.lastSnapshotAt.set(volume.id, commit.now);
  const pending = run(
    world,
    {
      about: `creation of ${record.id}`,
      durationMs: world.settings.durations.createSnapshotMs,
      begin: () => undefined,
      finish: () => {
        record.state = "available";
      },
      fail: () => {
        record.state = "error";
      },
    },
    commit,
  );
  return { record, pending };
}

export function deleteSnapshot(world: World, id: string, commit: Commit): Pending | undefined {
  const record = snapshotOf(world, id);
  if (record.state === "deleting") return undefined;
  if (record.state === "creating") throw busy("the snapshot is still being taken");
  if (record.users > 0) throw busy("a volume is being made from the snapshot, or set back to it");
  const before = record.state;
  record.state = "deleting";
  return run(
    world,
    {
      about: `deletion of ${id}`,
      durationMs: world.settings.durations.deleteSnapshotMs,
      begin: () => undefined,
      finish: (at) => remove(world, world.snapshots, record, at),
      fail: (_at, byState) => {
        record.state = byState ? "error" : before;
      },
    },
    commit,
  );
}

/** Names and descriptions change at once in every mode. */
export function updateSnapshot(world: World, id: string, changes: DriverUpdateSnapshot): undefined {
  const record = snapshotOf(world, id);
  if (record.state !== "available") throw busy(`the snapshot is ${record.state}`);
  if (changes.name !== undefined && changes.name !== record.name) {
    refuseTakenName(world, changes.name, record.volumeId);
    record.name = changes.name;
  }
  if (changes.description !== undefined) record.description = changes.description;
}

/** The answer to a second snapshot within the gap, also when the first one is what the caller wants. */
function refuseTooSoon(world: World, volumeId: string, now: number): void {
  const gap = world.capabilities.limits.snapshotGapMs;
  const last = world.lastSnapshotAt.get(volumeId);
  if (gap === "unknown" || last === undefined || now - last >= gap) return;
  throw new Refusal("rate_limited", `a volume may be snapshotted once every ${gap / 1_000} s`, {
    mayAlreadyExist: true,
    retryAfterMs: last + gap - now,
  });
}

function refuseTakenName(world: World, name: string, volumeId: string): void {
  const { enforced, scope } = world.capabilities.snapshotNames;
  if (!enforced) return;
  const rivals = scope === "account" ? present(world.snapshots) : snapshotsOf(world, volumeId);
  if (rivals.some((each) => each.name === name)) throw nameTaken("snapshot", name);
}

function refuseTooMany(world: World, volumeId: string): void {
  const limit = world.capabilities.limits.snapshotsPerVolume;
  if (limit !== "unknown" && snapshotsOf(world, volumeId).length >= limit) {
    throw new Refusal("resource_exhausted", `the volume has ${limit} snapshots, and may have no more`);
  }
  const quota = world.settings.quota.snapshots ?? Number.POSITIVE_INFINITY;
  if (present(world.snapshots).length >= quota) {
    throw new Refusal("resource_exhausted", "the account's quota of snapshots is full");
  }
}
