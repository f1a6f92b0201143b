import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  type Snapshot,
  type Volume,
} from "@polyvol/core";

/** Where a temporary volume is made, and how. */
export interface TemporaryVolumeRequest {
  readonly snapshot: Snapshot;
  /** By `drillName`, so that the next run knows what this one has left. */
  readonly name: string;
  /** Default: the storage's own. */
  readonly region: string | undefined;
  /** What it is for, in words for whoever meets it in the provider's console. */
  readonly purpose: string;
}

/** Makes a temporary volume from a snapshot, and waits until it can be used. */
export async function makeTemporary(
  storage: BlockStorage,
  request: TemporaryVolumeRequest,
  call: CallOptions,
): Promise<Volume> {
  const { snapshot, name, region, purpose } = request;
  const description = storage.capabilities.supports.includes("volumes.description")
    ? `Temporary volume of ${purpose} of snapshot ${snapshot.id}`
    : undefined;
  return await storage.volumes.create({ name, sourceSnapshotId: snapshot.id, region, description }, call);
}

/** Whether a create that failed with this may still come to a volume. */
export function mayComeLate(error: unknown): boolean {
  return !isPolyvolError(error) || error.outcome !== "not_applied";
}
