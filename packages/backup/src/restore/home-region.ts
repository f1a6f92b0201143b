import { type BlockStorage, isPolyvolError, type Snapshot } from "@polyvol/core";

/**
 * Where a volume of this snapshot belongs: where the volume is that it was taken of, and when that is gone or not known, where the
 * snapshot is. `undefined`, for the region that the storage is set to, when that leaves a choice.
 */
export async function homeRegion(
  storage: BlockStorage,
  { volumeId, regions }: Pick<Snapshot, "volumeId" | "regions">,
  call: { readonly abortSignal?: AbortSignal },
): Promise<string | undefined> {
  const only = regions.length === 1 ? regions[0] : undefined;
  if (volumeId === "") return only;
  try {
    return (await storage.volumes.get(volumeId, call)).region;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return only;
    throw error;
  }
}
