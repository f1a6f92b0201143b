/** What core hands to a driver: which resources to list, and what to make or change. */
import type { Capabilities } from "./capabilities.ts";
import type { ProviderOptions } from "./options.ts";

/**
 * What to list. A driver hands to the provider what the provider can filter by, and may return more than asked:
 * core filters again. It must never return less.
 */
export interface DriverVolumeQuery {
  /** Exact name. */
  readonly name?: string;
  /** The provider's name of a region. */
  readonly region?: string;
}

/** See {@link DriverVolumeQuery}. */
export interface DriverSnapshotQuery {
  /** Exact name. */
  readonly name?: string;
  /** The volume that they are of. */
  readonly volumeId?: string;
}

/** Checked by core against {@link Capabilities.limits} before it arrives here. */
export interface DriverCreateVolume {
  /** Fits the driver's own rule of names. */
  readonly name: string;
  /** Absent: the driver's configured default. A driver without one throws `invalid_argument`. */
  readonly region?: string;
  /** Always there; with `sourceSnapshotId` at least what the snapshot needs. Core grows a volume that came smaller. */
  readonly sizeGiB: number;
  /** Only with `volumes.description`. */
  readonly description?: string;
  /** Empty where none were given. */
  readonly tags: Readonly<Record<string, string>>;
  /** Only with `volumes.type`. */
  readonly volumeType?: string;
  /** Only with `volumes.createFromSnapshot`. */
  readonly sourceSnapshotId?: string;
  /**
   * Marks every request of one create, so that core can tell its own resource from another process's. A driver
   * that can store it, and read it back, says so by `attemptIdOf`; others ignore it.
   */
  readonly attemptId?: string;
  /** Unchecked: the driver checks its own part. */
  readonly providerOptions?: ProviderOptions;
}

/** Checked by core against {@link Capabilities.limits} before it arrives here. */
export interface DriverCreateSnapshot {
  /** The volume to take it of. */
  readonly volumeId: string;
  /** Fits the driver's own rule of names. */
  readonly name: string;
  /** Only with `snapshots.description`. */
  readonly description?: string;
  /** Empty where none were given. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether a volume in use may be snapshotted (crash-consistent). */
  readonly allowAttached: boolean;
  /** See {@link DriverCreateVolume.attemptId}. */
  readonly attemptId: string;
  /** Unchecked: the driver checks its own part. */
  readonly providerOptions?: ProviderOptions;
}

/** What to change; what is absent stays. */
export interface DriverUpdateSnapshot {
  /** The new name. */
  readonly name?: string;
  /** The new description. */
  readonly description?: string;
}
