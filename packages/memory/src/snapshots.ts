import type { DriverCreateSnapshot, DriverUpdateSnapshot, Pending } from "@polyvol/core/driver";
import { busy, nameTaken, Refusal } from "./failure.ts";
import { startChange } from "./pending.ts";
import {
  type Commit,
  type MemoryState,
  present,
  removeRecord,
  type SnapshotRecord,
  spellTags,
} from "./state.ts";

export type Snapshots = ReturnType<typeof createSnapshots>;

/** The snapshots of an account with the rules of the provider. Refused calls throw `Refusal`. */
export function createSnapshots(state: MemoryState) {
  const { capabilities, settings } = state;

  /** The snapshot of that id, or `not_found`. */
  function get(id: string): SnapshotRecord {
    const record = state.snapshots.get(id);
    if (record !== undefined && record.removedAt === undefined) return record;
    throw new Refusal("not_found", "there is no such snapshot");
  }

  /** The snapshot of that id, ready for a restore. */
  function getAvailable(id: string): SnapshotRecord {
    const record = get(id);
    if (record.state === "available") return record;
    if (record.state === "error") throw new Refusal("failed_precondition", "the snapshot is in error");
    throw busy(`the snapshot is ${record.state}`);
  }

  /** The snapshots of a volume, oldest first. */
  function of(volumeId: string): SnapshotRecord[] {
    return present(state.snapshots).filter((each) => each.volumeId === volumeId);
  }

  function create(input: DriverCreateSnapshot, commit: Commit): [SnapshotRecord, Pending | undefined] {
    const volume = state.volumes.get(input.volumeId);
    if (volume === undefined || volume.removedAt !== undefined)
      throw new Refusal("not_found", "there is no volume to take a snapshot of");
    if (volume.change !== undefined) throw busy(`the volume is busy: ${volume.change}`);
    if (volume.state === "error") throw new Refusal("failed_precondition", "the volume is in error");
    if (volume.attachments.length > 0 && !input.allowAttached)
      throw new Refusal("failed_precondition", "the volume is attached");
    checkGap(volume.id, commit.now);
    checkName(input.name, volume.id);
    checkLimits(volume.id);
    const record: SnapshotRecord = {
      ...state.next("snapshot"),
      name: input.name,
      volumeId: volume.id,
      region: volume.region,
      sizeGiB: volume.sizeGiB,
      state: "creating",
      createdAt: commit.now,
      description: input.description,
      tags: spellTags(state, input.tags),
      attemptId: capabilities.snapshotNames.enforced ? undefined : input.attemptId,
      users: 0,
      removedAt: undefined,
    };
    state.snapshots.set(record.id, record);
    state.lastSnapshotAt.set(volume.id, commit.now);
    const end = (to: "available" | "error"): void => {
      record.state = to;
    };
    const change = {
      about: `creation of ${record.id}`,
      durationMs: settings.durations.createSnapshotMs,
      finish: () => end("available"),
      fail: () => end("error"),
    };
    return [record, startChange(state, change, commit)];
  }

  function deleteSnapshot(id: string, commit: Commit): Pending | undefined {
    const record = get(id);
    const before = record.state;
    if (before === "deleting") return undefined;
    if (before === "creating") throw busy("the snapshot is still being taken");
    if (record.users > 0) throw busy("a volume is being made from the snapshot, or set back to it");
    record.state = "deleting";
    const change = {
      about: `deletion of ${id}`,
      durationMs: settings.durations.deleteSnapshotMs,
      finish: (at: number) => removeRecord(state, state.snapshots, record, at),
      fail: (byState: boolean) => {
        record.state = byState ? "error" : before;
      },
    };
    return startChange(state, change, commit);
  }

  /** Names and descriptions change at once in every mode. */
  function update(id: string, { name, description }: DriverUpdateSnapshot): undefined {
    const record = get(id);
    if (record.state !== "available") throw busy(`the snapshot is ${record.state}`);
    if (name !== undefined && name !== record.name) {
      checkName(name, record.volumeId);
      record.name = name;
    }
    if (description !== undefined) record.description = description;
  }

  /** Refuses a second snapshot within the gap, also when the first one is what the caller wants. */
  function checkGap(volumeId: string, now: number): void {
    const gap = capabilities.limits.snapshotGapMs;
    const last = state.lastSnapshotAt.get(volumeId);
    if (gap === "unknown" || last === undefined || now - last >= gap) return;
    throw new Refusal("rate_limited", `a volume may be snapshotted once every ${gap / 1_000} s`, {
      mayAlreadyExist: true,
      retryAfterMs: last + gap - now,
    });
  }

  function checkName(name: string, volumeId: string): void {
    const { enforced, scope } = capabilities.snapshotNames;
    const others = scope === "account" ? present(state.snapshots) : of(volumeId);
    if (enforced && others.some((each) => each.name === name)) throw nameTaken("snapshot", name);
  }

  function checkLimits(volumeId: string): void {
    const limit = capabilities.limits.snapshotsPerVolume;
    if (limit !== "unknown" && of(volumeId).length >= limit)
      throw new Refusal("resource_exhausted", `the volume has ${limit} snapshots, and may have no more`);
    const { snapshots: quota = Number.POSITIVE_INFINITY } = settings.quota;
    if (present(state.snapshots).length >= quota)
      throw new Refusal("resource_exhausted", "the account's quota of snapshots is full");
  }

  return { get, getAvailable, of, create, delete: deleteSnapshot, update };
}
