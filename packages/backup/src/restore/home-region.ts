import { type BlockStorage, isPolyvolError, type Snapshot } from "@polyvol/core";

/**
 * Where a volume of this snapshot belongs: where the volume is that it was taken of. `undefined`, for the region that
 * the storage is set to, when that volume is gone: what a snapshot shows as its region is not always what a create takes.
 */
export async function homeRegion(
  storage: BlockStorage,
  { volumeId }: Pick<Snapshot, "volumeId">,
  call: { readonly abortSignal?: AbortSignal },
): Promise<string | undefined> {
  try {
    return (await storage.volumes.get(volumeId, call)).region;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return undefined;
    throw error;
  }
}
