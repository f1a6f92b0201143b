import type { BlockStorage, Progress, Snapshot, Volume } from "@polyvol/core";

/**
 * Makes `newName` from the newest snapshot of a volume and waits until it can be used. The name is the key: after a
 * crash, run it again, and there is still one volume.
 * @param of name of the volume, or its id when the volume itself is gone
 * @param region where the name is looked for. Default: the storage's region first
 */
export async function restoreLatest(
  storage: BlockStorage,
  of: string,
  newName: string,
  onProgress: (progress: Progress) => void,
  region?: string,
): Promise<{ readonly snapshot: Snapshot; readonly volume: Volume }> {
  const source = await storage.volumes.find({ name: of, ...(region === undefined ? {} : { region }) });
  const volumeId = source?.id ?? of;
  const snapshots = await storage.snapshots.list({ volumeId }).toArray();
  const [snapshot] = snapshots
    .filter((each) => each.state === "available")
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (snapshot === undefined) {
    const missing = source === undefined ? "no volume has that name, and " : "";
    const why = `${missing}of ${snapshots.length} snapshots of ${volumeId} none is available`;
    throw new Error(`there is nothing to restore ${of} from: ${why}`);
  }
  // As large as the volume is today, which may have grown since.
  const sizeGiB = Math.max(snapshot.minVolumeSizeGiB, source?.sizeGiB ?? 0);
  const where = source?.region ?? region;
  const input = {
    name: newName,
    sizeGiB,
    sourceSnapshotId: snapshot.id,
    ...(where === undefined ? {} : { region: where }),
  };
  const { id } = await storage.volumes.create(input, { onProgress });
  // Not taken on trust: what the cloud says now.
  const volume = await storage.volumes.get(id);
  if (volume.sizeGiB !== sizeGiB) throw new Error(`${newName} has ${volume.sizeGiB} GiB, not ${sizeGiB} GiB`);
  return { snapshot, volume };
}
