import type { Call } from "./call.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Attachment, SnapshotRecord, VolumeRecord, VolumeState } from "./records.ts";
import type { Account } from "./state.ts";

/** Changes a volume and its `modified_at`; a volume that is gone stays so. */
export function setVolume(account: Account, id: string, changes: Partial<VolumeRecord>, at: number): void {
  const volume = account.volumes.get(id);
  if (volume !== undefined) account.volumes.put({ ...volume, ...changes, modifiedAt: at }, at);
}

/** Changes a snapshot and its `updated_at`; a snapshot that is gone stays so. */
export function setSnapshot(
  account: Account,
  id: string,
  changes: Partial<SnapshotRecord>,
  at: number,
): void {
  const snapshot = account.snapshots.get(id);
  if (snapshot !== undefined) account.snapshots.put({ ...snapshot, ...changes, updatedAt: at }, at);
}

/** Runs `finish` when work that begins now and takes as long as the options say is due. */
export function after(
  { state, options, now }: Call,
  work: keyof ResolvedOptions["durations"],
  finish: (at: number) => void,
): void {
  state.schedule.add(now + options.durations[work], finish);
}

/** Begins to delete a snapshot; whether that may be was decided before. */
export function beginSnapshotDeletion(call: Call, { id, name, status, volumeId }: SnapshotRecord): void {
  const { account, now } = call;
  const failure = call.state.failureOf("deleteSnapshot", name);
  account.snapshotDeletes.set(volumeId, now);
  setSnapshot(account, id, { status: "deleting" }, now);
  after(call, "snapshotDelete", (at) => {
    if (failure === undefined) account.snapshots.remove(id, at);
    else setSnapshot(account, id, { status: failure === "undone" ? status : "error_deleting" }, at);
  });
}

/** Takes a volume off a server. */
export function dropAttachment(account: Account, volumeId: string, serverId: string, at: number): void {
  const present = account.volumes.get(volumeId)?.attachments ?? [];
  const attachments = present.filter((one) => one.serverId !== serverId);
  setServerVolumes(account, serverId, (volumeIds) => volumeIds.filter((id) => id !== volumeId), at);
  setVolume(account, volumeId, { state: idleState(attachments), attachments }, at);
}

/** Changes which volumes a server has. */
export function setServerVolumes(
  { servers }: Account,
  serverId: string,
  change: (volumeIds: readonly string[]) => readonly string[],
  at: number,
): void {
  const server = servers.get(serverId);
  if (server !== undefined) servers.put({ ...server, volumeIds: change(server.volumeIds) }, at);
}

/** The state of a volume without work under way. */
export function idleState(attachments: readonly Attachment[]): VolumeState {
  return attachments.some(({ attachedAt }) => attachedAt !== null) ? "in-use" : "available";
}
