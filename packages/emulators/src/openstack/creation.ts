/** What the scheduler and a backend do to make a volume. */
import type { Call } from "./call.ts";
import type { VolumeRecord } from "./records.ts";
import { later, leaveMessage, putVolume } from "./work.ts";

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
  else putVolume(call, id, at, { status: sourceIsGone ? "error" : "available" });
}
