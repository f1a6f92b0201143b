import type { Attachment, SnapshotRecord, SnapshotStatus, VolumeRecord, VolumeState } from "./records.ts";
import type { Account, World } from "./world.ts";

/*
 * What happens after a request was accepted. Each function takes effect at `now` and leaves the rest to the
 * schedule; whether the request may be accepted was decided before.
 */

/** Where a volume rests when nothing is going on with it. */
function settledState(attachments: readonly Attachment[]): VolumeState {
  return attachments.some(({ attachedAt }) => attachedAt !== null) ? "in-use" : "available";
}

/** Changes a volume and its `modified_at`. */
export function setVolume(account: Account, id: string, changes: Partial<VolumeRecord>, at: number): void {
  account.volumes.change(id, { ...changes, modifiedAt: at }, at);
}

/** Changes a snapshot and its `updated_at`. */
export function setSnapshot(
  account: Account,
  id: string,
  changes: Partial<SnapshotRecord>,
  at: number,
): void {
  account.snapshots.change(id, { ...changes, updatedAt: at }, at);
}

export function createVolume(world: World, account: Account, volume: VolumeRecord): void {
  const { createdAt, id, name } = volume;
  const state: VolumeState = world.fails("createVolume", name) ? "error" : "available";
  account.volumes.add(volume, createdAt);
  world.schedule.add(createdAt + world.settings.durations.volumeCreate, (at) =>
    setVolume(account, id, { state }, at),
  );
}

export function createSnapshot(world: World, account: Account, snapshot: SnapshotRecord): void {
  const { createdAt, id, name } = snapshot;
  const status: SnapshotStatus = world.fails("createSnapshot", name) ? "error" : "available";
  account.snapshots.add(snapshot, createdAt);
  world.schedule.add(createdAt + world.settings.durations.snapshotCreate, (at) =>
    setSnapshot(account, id, { status }, at),
  );
}

export function deleteSnapshot(world: World, account: Account, snapshot: SnapshotRecord, now: number): void {
  const { id, name, volumeId } = snapshot;
  const failure = world.fails("deleteSnapshot", name);
  account.snapshotDeletes.set(volumeId, now);
  setSnapshot(account, id, { status: "deleting" }, now);
  world.schedule.add(now + world.settings.durations.snapshotDelete, (at) => {
    if (failure === undefined) account.snapshots.remove(id, at);
    else setSnapshot(account, id, { status: failure === "undone" ? snapshot.status : "error_deleting" }, at);
  });
}

/** Deletes a volume together with the snapshots that it still has. */
export function deleteVolume(world: World, account: Account, volume: VolumeRecord, now: number): void {
  const { id, name } = volume;
  const { snapshotDelete, volumeDelete } = world.settings.durations;
  const failure = world.fails("deleteVolume", name);
  const snapshots = account.snapshotsOf(id).map(({ value }) => value);
  for (const snapshot of snapshots)
    if (snapshot.status !== "deleting") deleteSnapshot(world, account, snapshot, now);
  setVolume(account, id, { state: "deleting" }, now);
  const takes = snapshots.length === 0 ? volumeDelete : Math.max(snapshotDelete, volumeDelete);
  world.schedule.add(now + takes, (at) => {
    // A snapshot that could not be deleted keeps its volume from going.
    const kept = account.snapshotsOf(id).some(({ value }) => value.status !== "deleting");
    if (failure !== undefined || kept) {
      setVolume(account, id, { state: failure === "undone" ? volume.state : "error_deleting" }, at);
      return;
    }
    for (const { value } of [...account.snapshotsOf(id)]) account.snapshots.remove(value.id, at);
    account.volumes.remove(id, at);
    account.snapshotDeletes.delete(id);
  });
}

export function extendVolume(
  world: World,
  account: Account,
  volume: VolumeRecord,
  size: number,
  now: number,
): void {
  const { id, name, attachments } = volume;
  const failure = world.fails("extendVolume", name);
  setVolume(account, id, { state: "extending" }, now);
  world.schedule.add(now + world.settings.durations.extend, (at) => {
    const state: VolumeState = failure === "error" ? "error_extending" : settledState(attachments);
    setVolume(account, id, { state, ...(failure === undefined && { size }) }, at);
  });
}

export function revertVolume(
  world: World,
  account: Account,
  volume: VolumeRecord,
  snapshot: SnapshotRecord,
  now: number,
): void {
  const state: VolumeState = world.fails("revertVolume", volume.name) === "error" ? "error" : "available";
  setVolume(account, volume.id, { state: "reverting" }, now);
  setSnapshot(account, snapshot.id, { status: "restoring" }, now);
  world.schedule.add(now + world.settings.durations.revert, (at) => {
    setVolume(account, volume.id, { state }, at);
    setSnapshot(account, snapshot.id, { status: "available" }, at);
  });
}

/** The attachment counts from now on, and shows on the volume once it is attached. */
export function attachVolume(
  world: World,
  account: Account,
  volume: VolumeRecord,
  attachment: Attachment,
  now: number,
): void {
  const { id } = volume;
  const { reserve, attach } = world.settings.durations;
  const fails = world.fails("attachVolume", volume.name);
  account.servers.get(attachment.serverId)?.volumeIds.add(id);
  setVolume(account, id, { state: "reserved", attachments: [...volume.attachments, attachment] }, now);
  world.schedule.add(now + reserve, (at) => setVolume(account, id, { state: "attaching" }, at));
  world.schedule.add(now + reserve + attach, (at) => {
    if (fails) {
      dropAttachment(account, id, attachment.serverId, at);
      return;
    }
    const present = account.volumes.get(id)?.attachments ?? [];
    const attachments = present.map((one) => (one.id === attachment.id ? { ...one, attachedAt: at } : one));
    setVolume(account, id, { state: "in-use", attachments }, at);
  });
}

export function detachVolume(
  world: World,
  account: Account,
  volume: VolumeRecord,
  serverId: string,
  now: number,
): void {
  const { id } = volume;
  const fails = world.fails("detachVolume", volume.name);
  setVolume(account, id, { state: "detaching" }, now);
  world.schedule.add(now + world.settings.durations.detach, (at) => {
    if (fails) setVolume(account, id, { state: "in-use" }, at);
    else dropAttachment(account, id, serverId, at);
  });
}

/** The values change a while after the answer, without a state of their own. */
export function changeQos(
  world: World,
  account: Account,
  volume: VolumeRecord,
  changes: Partial<Pick<VolumeRecord, "maxIops" | "maxThroughput">>,
  now: number,
): void {
  world.schedule.add(now + world.settings.durations.qos, (at) => setVolume(account, volume.id, changes, at));
}

function dropAttachment(account: Account, volumeId: string, serverId: string, at: number): void {
  const present = account.volumes.get(volumeId)?.attachments ?? [];
  const attachments = present.filter((one) => one.serverId !== serverId);
  account.servers.get(serverId)?.volumeIds.delete(volumeId);
  setVolume(account, volumeId, { state: settledState(attachments), attachments }, at);
}
