import { omitUndefined } from "@polyvol/core/driver";
import { parseDrillName } from "../naming.ts";
import { type CloudState, madeAt, volumeKey } from "../observe/inventory.ts";
import { sharedAccounts } from "../observe/shared-accounts.ts";
import type { RecordEntry, RunRecord } from "../record/entry.ts";
import type { RestoreProof } from "./types.ts";

/**
 * What a record says of the time until `now`, newest first. A line with a later date is of a clock that has been set back
 * since: it would stand before all that is newer.
 */
export function entriesUntil({ entries }: RunRecord, now: Date): readonly RecordEntry[] {
  return entries.filter(({ finishedAt }) => Date.parse(finishedAt) <= now.getTime()).toReversed();
}

/**
 * Restores that succeeded, the newest of each volume: those of the record, and volumes that are there and were made
 * from a snapshot that is there.
 */
export function proofsOf(
  states: readonly CloudState[],
  record: RunRecord | undefined,
  now: Date,
): readonly RestoreProof[] {
  const accounts = sharedAccounts(states);
  // Of two clouds that are one account, a volume is one of the first, whichever a drill has named.
  const homeOf = (cloud: string, id: string): string =>
    accounts.find(({ other, volumeIds }) => other.name === cloud && volumeIds.has(id))?.home.name ?? cloud;
  const proofs: RestoreProof[] = [];
  const names = new Map<string, string>();
  for (const state of states) {
    if (state.state === "failed") continue;
    for (const { id, name } of state.volumes) names.set(volumeKey(state.name, id), name);
    const sources = new Map(
      [...state.snapshots.values()].flat().map(({ snapshot }) => [snapshot.id, snapshot.volumeId]),
    );
    for (const volume of state.volumes) {
      const volumeId = sources.get(volume.sourceSnapshotId ?? "");
      const isUsable = volume.state === "available" || volume.state === "in_use";
      if (volumeId === undefined || !isUsable || parseDrillName(volume.name) !== undefined) continue;
      const made = madeAt(volume, now.getTime());
      if (made === undefined) continue;
      const cloud = homeOf(state.name, volume.id);
      proofs.push({ at: new Date(made).toISOString(), by: "volume", cloud, volumeId });
    }
  }
  for (const entry of record === undefined ? [] : entriesUntil(record, now).toReversed()) {
    if (entry.kind === "run" || !entry.ok || ("created" in entry && entry.created === false)) continue;
    const { finishedAt: at, kind: by, volumeId, volumeName, restoreMs } = entry;
    const cloud = homeOf(entry.cloud, volumeId);
    proofs.push(omitUndefined({ at, by, cloud, volumeId, volumeName, restoreMs }));
  }
  const newest = new Map<string, RestoreProof>();
  for (const proof of proofs) {
    const key = volumeKey(proof.cloud, proof.volumeId);
    const known = newest.get(key);
    if (known !== undefined && Date.parse(known.at) > Date.parse(proof.at)) continue;
    newest.set(key, { ...proof, ...omitUndefined({ volumeName: names.get(key) }) });
  }
  return [...newest.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
