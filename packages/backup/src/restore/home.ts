import { type BlockStorage, type CallOptions, isPolyvolError, type Snapshot } from "@polyvol/core";
import { tryGet } from "./find-snapshot.ts";

/** Where a volume of a snapshot belongs. */
export interface Home {
  /** `undefined`: the region that the storage is set to. */
  readonly region: string | undefined;
  /**
   * The snapshot alone says it, and what it says may be no region that a create takes: on DigitalOcean those of `nyc1` show
   * `nbg1`.
   */
  readonly isGuess: boolean;
}

/**
 * Where the volume is that the snapshot was taken of, and when that is gone or not known, where the snapshot is, when that
 * leaves no choice.
 */
export async function homeOf(
  storage: BlockStorage,
  { volumeId, regions }: Pick<Snapshot, "volumeId" | "regions">,
  call: CallOptions,
): Promise<Home> {
  const volume = volumeId === "" ? undefined : await tryGet(storage, volumeId, call);
  if (volume !== undefined) return { region: volume.region, isGuess: false };
  return { region: regions.length === 1 ? regions[0] : undefined, isGuess: true };
}

/** Makes a volume at home. Where a region that was guessed is refused, the storage's own is tried, or the provider chooses. */
export async function createAtHome<T>(
  { region, isGuess }: Home,
  create: (region: string | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await create(region);
  } catch (error) {
    const mayBeNone = isGuess && region !== undefined && isPolyvolError(error, "invalid_argument");
    if (!mayBeNone || error.outcome !== "not_applied") throw error;
    return await create(undefined);
  }
}
