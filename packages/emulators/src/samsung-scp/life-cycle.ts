import type { Call } from "./call.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Attachment, SnapshotRecord, VolumeRecord, VolumeState } from "./records.ts";
import type { Account } from "./state.ts";

/*
 * The work after a request was accepted. Each function takes effect at once and leaves the rest to the schedule;
 * whether the request may be accepted was decided before.
 */

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
function after(
  { state, options, now }: Call,
  work: keyof ResolvedOptions["durations"],
  finish: (at: number) => void,
): void {
  state.schedule.add(now + options.durations[work], finish);
}

export function addVolume(call: Call, volume: VolumeRecord): void {
  const state = call.state.failureOf("createVolume", volume.name) ? "error" : "available";
  call.account.volumes.put(volume, call.now);
  after(call, "volumeCreate", (at) => setVolume(call.account, volume.id, { state }, at));
}

export function addSnapshot(call: Call, snapshot: SnapshotRecord): void {
  const status = call.state.failureOf("createSnapshot", snapshot.name) ? "error" : "available";
  call.account.snapshots.put(snapshot, call.now);
  after(call, "snapshotCreate", (at) => setSnapshot(call.account, snapshot.id, { status }, at));
}

export function deleteSnapshot(call: Call, { id, name, status, volumeId }: SnapshotRecord): void {
  const { account, now } = call;
  const failure = call.state.failureOf("deleteSnapshot", name);
  account.snapshotDeletes.set(volumeId, now);
  setSnapshot(account, id, { status: "deleting" }, now);
  after(call, "snapshotDelete", (at) => {
    if (failure === undefined) account.snapshots.remove(id, at);
    else setSnapshot(account, id, { status: failure === "undone" ? status : "error_deleting" }, at);
  });
}

/** Deletes a volume together with the snapshots that it still has. */
export function deleteVolume(call: Call, { id, name, state }: VolumeRecord): void {
  const { account, now } = call;
  const { snapshotDelete, volumeDelete } = call.options.durations;
  const failure = call.state.failureOf("deleteVolume", name);
  const snapshots = [...account.snapshots.by("volume", id)];
  for (const snapshot of snapshots) if (snapshot.status !== "deleting") deleteSnapshot(call, snapshot);
  setVolume(account, id, { state: "deleting" }, now);
  const takesMs = snapshots.length === 0 ? volumeDelete : Math.max(snapshotDelete, volumeDelete);
  call.state.schedule.add(now + takesMs, (at) => {
    const left = [...account.snapshots.by("volume", id)];
    // A snapshot that could not be deleted keeps its volume from going.
    if (failure !== undefined || left.some(({ status }) => status !== "deleting")) {
      setVolume(account, id, { state: failure === "undone" ? state : "error_deleting" }, at);
      return;
    }
    for (const snapshot of left) account.snapshots.remove(snapshot.id, at);
    account.volumes.remove(id, at);
    account.snapshotDeletes.delete(id);
  });
}

export function extendVolume(call: Call, { id, name, attachments }: VolumeRecord, size: number): void {
  const failure = call.state.failureOf("extendVolume", name);
  setVolume(call.account, id, { state: "extending" }, call.now);
  after(call, "extend", (at) => {
    const state = failure === "error" ? "error_extending" : idleState(attachments);
    setVolume(call.account, id, { state, ...(failure === undefined && { size }) }, at);
  });
}

export function revertVolume(call: Call, { id, name }: VolumeRecord, snapshotId: string): void {
  const state = call.state.failureOf("revertVolume", name) === "error" ? "error" : "available";
  setVolume(call.account, id, { state: "reverting" }, call.now);
  setSnapshot(call.account, snapshotId, { status: "restoring" }, call.now);
  after(call, "revert", (at) => {
    setVolume(call.account, id, { state }, at);
    setSnapshot(call.account, snapshotId, { status: "available" }, at);
  });
}

/** The values change a while after the response, without a state of their own. */
export function changeQos(
  call: Call,
  volumeId: string,
  changes: Partial<Pick<VolumeRecord, "maxIops" | "maxThroughput">>,
): void {
  after(call, "qos", (at) => setVolume(call.account, volumeId, changes, at));
}

/** The attachment counts from now on, and shows on the volume once it is attached. */
export function attachVolume(call: Call, volume: VolumeRecord, attachment: Attachment): void {
  const { account, now } = call;
  const { id } = volume;
  const { reserve, attach } = call.options.durations;
  const failure = call.state.failureOf("attachVolume", volume.name);
  setServerVolumes(account, attachment.serverId, (volumeIds) => [...volumeIds, id], now);
  setVolume(account, id, { state: "reserved", attachments: [...volume.attachments, attachment] }, now);
  after(call, "reserve", (at) => setVolume(account, id, { state: "attaching" }, at));
  call.state.schedule.add(now + reserve + attach, (at) => {
    if (failure !== undefined) {
      dropAttachment(account, id, attachment.serverId, at);
      return;
    }
    const present = account.volumes.get(id)?.attachments ?? [];
    const attachments = present.map((one) => (one.id === attachment.id ? { ...one, attachedAt: at } : one));
    setVolume(account, id, { state: "in-use", attachments }, at);
  });
}

export function detachVolume(call: Call, { id, name }: VolumeRecord, serverId: string): void {
  const { account, now } = call;
  const failure = call.state.failureOf("detachVolume", name);
  setVolume(account, id, { state: "detaching" }, now);
  after(call, "detach", (at) => {
    if (failure === undefined) dropAttachment(account, id, serverId, at);
    else setVolume(account, id, { state: "in-use" }, at);
  });
}

function dropAttachment(account: Account, volumeId: string, serverId: string, at: number): void {
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
function idleState(attachments: readonly Attachment[]): VolumeState {
  return attachments.some(({ attachedAt }) => attachedAt !== null) ? "in-use" : "available";
}
