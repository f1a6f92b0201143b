import type { BlockStorage, Snapshot } from "@polyvol/core";

/** Snapshots every volume of a cloud and returns the snapshots, ready to be restored. It knows no provider. */
export async function snapshotVolumes(storage: BlockStorage, name: string): Promise<Snapshot[]> {
  const volumes = await storage.volumes.list().toArray();
  return await Promise.all(volumes.map((volume) => storage.snapshots.create({ volumeId: volume.id, name })));
}
