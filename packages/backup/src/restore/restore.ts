import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  type Progress,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { checkTimeout, isSameId } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { findSnapshot, type SnapshotRequest, tryGet } from "./find-snapshot.ts";

/** What to restore, and to where. */
export interface RestoreRequest extends SnapshotRequest {
  /** Name of the new volume, and the key: asked for again, the same volume is returned. */
  readonly newName: string;
  /** Default: what the snapshot needs. */
  readonly sizeGiB?: number | undefined;
  /**
   * Default: where the volume is that the snapshot is of; when that volume is gone, the one region that the snapshot is in; of
   * several, and where the provider refuses that one, the storage's own.
   */
  readonly region?: string | undefined;
  /** The provider's name of a volume type. Default: the provider's. */
  readonly volumeType?: string | undefined;
}

/** How the call is made. */
export interface RestoreOptions {
  /** Stops the call; what the provider has accepted goes on. */
  readonly abortSignal?: AbortSignal | undefined;
  /** Deadline in milliseconds. Default: that of the storage for calls that wait. */
  readonly timeoutMs?: number | undefined;
  /** Told of each look that found the volume unfinished. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What was restored, and as what. */
export interface Restored {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The snapshot that was chosen. */
  readonly snapshot: Snapshot;
  /** The new volume, ready to be used. */
  readonly volume: Volume;
  /**
   * `false`: it was there already, since an earlier call was cut off, or has made it long ago: then it may have been used and
   * written to since.
   */
  readonly created: boolean;
}

/**
 * Makes a new volume from a snapshot and waits until it can be used. The volume that the snapshot was taken of is not
 * touched. Killed and asked for again with the same `newName` it goes on where it stopped, as long as the choice still
 * means the same snapshot.
 *
 * @throws PolicyError for an unknown cloud; PolyvolError `not_found`, `failed_precondition` for a snapshot that cannot be
 * restored, `conflict` when a name means several volumes, `out_of_range` for a size that is too small, `already_exists`
 * when another volume has that name
 */
export async function restore(
  request: RestoreRequest,
  clouds: Clouds,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { cloud, from, newName, sizeGiB, volumeType } = request;
  const { abortSignal, timeoutMs, onProgress } = options;
  if (timeoutMs !== undefined) checkTimeout(timeoutMs);
  const storage = cloudNamed(clouds, cloud);
  const call = { abortSignal };
  const snapshot = await findSnapshot(storage, from, "restore", call);
  const asked = request.region === undefined ? undefined : { region: request.region, isGuess: false };
  let isOwn = (_id: string): boolean => true;
  const volume = await createAtHome(asked ?? (await homeOf(storage, snapshot, call)), (region) =>
    storage.volumes.create(
      { name: newName, sourceSnapshotId: snapshot.id, sizeGiB, region, volumeType },
      {
        ...call,
        timeoutMs,
        onProgress,
        onBegun({ created, id }) {
          isOwn = (given) => created && isSameId(given, id);
        },
      },
    ),
  );
  return { cloud, snapshot, volume, created: isOwn(volume.id) };
}

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
