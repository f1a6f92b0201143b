import type { Call } from "./call.ts";
import type { MessageRecord, SnapshotRecord, VolumeRecord } from "./records.ts";

/**
 * Does what the service does on a change, after the time that it takes, or that part of it: at once where that is none.
 */
export function later({ state, now }: Call, work: (at: number) => void, part = 1): void {
  const { workMs } = state.options;
  if (workMs === 0) work(now);
  else state.schedule.add(now + workMs * part, work);
}

/** Changes a volume, where it still exists. */
export function putVolume(call: Call, id: string, at: number, fields: Partial<VolumeRecord>): void {
  const { state } = call;
  const volume = state.volumes.get(id);
  if (volume !== undefined) state.volumes.put({ ...volume, ...fields, updatedAt: state.instant(at) }, at);
}

/** Changes a snapshot, where it still exists. */
export function putSnapshot(call: Call, id: string, at: number, fields: Partial<SnapshotRecord>): void {
  const { state } = call;
  const snapshot = state.snapshots.get(id);
  if (snapshot !== undefined)
    state.snapshots.put({ ...snapshot, ...fields, updatedAt: state.instant(at) }, at);
}

/** What failed, with the id and the words of the service's own messages. */
const MESSAGES = {
  schedule: [
    "VOLUME_VOLUME_001_003",
    "schedule allocate volume:Could not find any available weighted backend.",
  ],
  extend: ["VOLUME_VOLUME_007_010", "extend volume:Volume Driver failed to extend volume."],
  extendCapacity: ["VOLUME_VOLUME_007_003", "extend volume:Could not find any available weighted backend."],
  createSnapshot: ["VOLUME_VOLUME_SNAPSHOT_009_013", "create snapshot:Snapshot failed to create."],
  deleteSnapshot: ["VOLUME_VOLUME_SNAPSHOT_010_016", "delete snapshot:Snapshot failed to delete."],
} as const;

/** Leaves a message that says why work failed. A failed deletion or revert of a volume leaves none. */
export function leaveMessage(
  { state, requestId }: Call,
  about: keyof typeof MESSAGES,
  resourceType: MessageRecord["resourceType"],
  resourceId: string,
  at: number,
): void {
  const [eventId, userMessage] = MESSAGES[about];
  const id = state.newId();
  const createdAt = state.instant(at);
  state.messages.put({ id, resourceId, resourceType, eventId, userMessage, requestId, createdAt }, at);
}

/** What the scheduler and a backend do to make a volume. */

/** The part of a creation after which the scheduler has given the volume to a backend, as on the real server. */
const TO_A_BACKEND = 0.5;

export function carryOut(call: Call, volume: VolumeRecord, fails: boolean): void {
  later(call, (at) => chooseBackend(call, volume, at), TO_A_BACKEND);
  later(call, (at) => finish(call, volume, fails, at));
}

/** From here on the volume takes its place there, and cannot be deleted until it is made. */
function chooseBackend(call: Call, { id, sizeGiB }: VolumeRecord, at: number): void {
  const { state } = call;
  if (state.volumes.get(id)?.status !== "creating") return;
  const { capacityGiB } = state.options;
  if (capacityGiB > 0 && state.storedGiB() + sizeGiB > capacityGiB) findNoBackend(call, id, at);
  else putVolume(call, id, at, { hasHost: true });
}

/** Also after a backend has failed, and none is left to try. */
function findNoBackend(call: Call, id: string, at: number): void {
  putVolume(call, id, at, { status: "error", hasHost: false });
  leaveMessage(call, "schedule", "VOLUME", id, at);
}

function finish(
  call: Call,
  { id, snapshotId, sourceVolumeId }: VolumeRecord,
  fails: boolean,
  at: number,
): void {
  const { state } = call;
  if (state.volumes.get(id)?.status !== "creating") return;
  // The source was deleted under the work: no message says so.
  const sourceIsGone =
    (snapshotId !== null && state.snapshots.get(snapshotId) === undefined) ||
    (sourceVolumeId !== null && state.volumes.get(sourceVolumeId) === undefined);
  if (fails) findNoBackend(call, id, at);
  else putVolume(call, id, at, { status: sourceIsGone ? "error" : "available", wasMade: !sourceIsGone });
}
