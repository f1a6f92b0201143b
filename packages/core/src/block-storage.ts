import type { Capabilities } from "./capabilities.ts";
import type { BlockStorageDriver, CallContext, DriverHealth } from "./driver.ts";
import type { Listing } from "./list/listing.ts";
import type { Operation, OperationKind, OperationRef, ResourceOf } from "./operation.ts";
import type {
  CallOptions,
  CreateOptions,
  CreateSnapshotInput,
  CreateVolumeInput,
  DeleteVolumeOptions,
  HealthOptions,
  ListOptions,
  SnapshotQuery,
  UpdateSnapshotInput,
  VolumeQuery,
  WaitOptions,
} from "./options.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";

/**
 * Operations on volumes. Every method may throw {@link PolyvolError}; which code means what in which call, and what to do
 * next: https://github.com/polyvol/polyvol/blob/main/docs/semantics.md. Caller aborts reject with the signal's own reason.
 */
export interface Volumes {
  /**
   * Lists lazily; see {@link Listing}. Tags are compared by the provider's rule of capitals. What to list comes first,
   * how second: `list({}, { abortSignal })`.
   * @throws `permission_denied` for a query by tags where the credentials are known not to be shown any
   */
  list(query?: VolumeQuery, options?: ListOptions): Listing<Volume>;
  /** @throws `not_found` */
  get(id: string, options?: CallOptions): Promise<Volume>;
  /**
   * The volume of that name, or `undefined`. Without a region the one in the storage's own region comes first, where
   * names are unique within a region.
   * @throws `conflict` naming all ids when there are several, and their regions where they differ
   */
  find(
    query: { readonly name: string; readonly region?: string | undefined },
    options?: CallOptions,
  ): Promise<Volume | undefined>;
  /**
   * Creates, waits until usable. The name is the key: the same call made again gives the same volume
   * (https://github.com/polyvol/polyvol/blob/main/docs/semantics.md#volumescreate-snapshotscreate).
   * @throws `already_exists` where a volume of that name is another than asked for
   */
  create(input: CreateVolumeInput, options?: CreateOptions): Promise<Volume>;
  /** Creates and returns at once. */
  beginCreate(input: CreateVolumeInput, options?: CallOptions): Promise<Operation<Volume>>;
  /** Grows to `sizeGiB`; already there is success without a change. @throws `out_of_range` for smaller */
  resize(id: string, sizeGiB: number, options?: WaitOptions): Promise<Volume>;
  /** Attaches to a server; already there is success. @throws `failed_precondition` when attached elsewhere */
  attach(id: string, serverId: string, options?: WaitOptions): Promise<Volume>;
  /** Detaches from a server; not attached there is success. */
  detach(id: string, serverId: string, options?: WaitOptions): Promise<Volume>;
  /** Sets a detached volume back to its latest snapshot. @throws `unsupported`, `failed_precondition` */
  revert(id: string, snapshotId: string, options?: WaitOptions): Promise<Volume>;
  /** @throws `unsupported` where names cannot change */
  rename(id: string, name: string, options?: WaitOptions): Promise<Volume>;
  /** Resolves when the volume is gone; missing is success. @throws `failed_precondition` when attached */
  delete(id: string, options?: DeleteVolumeOptions): Promise<void>;
}

/** Operations on snapshots; see {@link Volumes} for what holds for all calls. */
export interface Snapshots {
  /**
   * Lists lazily; see {@link Listing}. Tags are compared by the provider's rule of capitals. What to list comes first,
   * how second: `list({}, { abortSignal })`.
   * @throws `permission_denied` for a query by tags where the credentials are known not to be shown any
   */
  list(query?: SnapshotQuery, options?: ListOptions): Listing<Snapshot>;
  /** @throws `not_found` */
  get(id: string, options?: CallOptions): Promise<Snapshot>;
  /** The volume's snapshot of that name, or `undefined`. @throws `conflict` naming all ids when there are several */
  find(
    query: { readonly name: string; readonly volumeId: string },
    options?: CallOptions,
  ): Promise<Snapshot | undefined>;
  /** Creates, waits until usable. The name is the key within the volume. @throws `already_exists`, `rate_limited` */
  create(input: CreateSnapshotInput, options?: CreateOptions): Promise<Snapshot>;
  /** Creates and returns at once. */
  beginCreate(input: CreateSnapshotInput, options?: CallOptions): Promise<Operation<Snapshot>>;
  /** @throws `unsupported` where snapshots cannot change */
  update(id: string, changes: UpdateSnapshotInput, options?: WaitOptions): Promise<Snapshot>;
  /** Resolves when the snapshot is gone; missing is success. */
  delete(id: string, options?: WaitOptions): Promise<void>;
}

/** What {@link BlockStorage.checkHealth} found. */
export interface Health extends DriverHealth {
  /**
   * By how much the provider's clock is ahead of ours, at least, in milliseconds, where its time is known. 0 where the two
   * may well agree: providers tell the time in whole seconds.
   */
  readonly clockSkewMs?: number;
  /** Whether the credentials are shown tags. Only there when asked for, and where the driver can tell. */
  readonly tagsVisible?: boolean;
}

/** Block storage on one cloud. Made by `createBlockStorage` or by an adapter's factory; fake it freely in tests. */
export interface BlockStorage {
  /** The driver's provider name, such as `digitalocean`. */
  readonly provider: string;
  /** What this provider can do, and its limits; known without a request. */
  readonly capabilities: Capabilities;
  /** Operations on volumes. */
  readonly volumes: Volumes;
  /** Operations on snapshots. */
  readonly snapshots: Snapshots;
  /**
   * Continues a stored operation, in this or another process. Reads the resource; again, where it was made within the last
   * minute and does not show yet. What it gives has the type of what the ref is of; of a ref that was read from JSON,
   * `isOperationRef` tells it.
   * @throws `invalid_argument` for a ref of another provider or version; `not_found` when the resource has gone; `conflict`,
   * retryable, at a deadline before it shows or must
   */
  resume<Kind extends OperationKind>(
    ref: OperationRef<Kind>,
    options?: CallOptions,
  ): Promise<Operation<ResourceOf<Kind>>>;
  /** One cheap authenticated request, and one more with `tags`. @throws `unauthenticated`, `unavailable` */
  checkHealth(options?: HealthOptions): Promise<Health>;
  /** The driver below, for adapters' provider-specific functions. */
  readonly driver: BlockStorageDriver;
  /**
   * Runs a provider-specific call under this storage's retries, deadline, errors and events. `idempotent`: whether it may
   * be sent again after an unclear answer.
   */
  run<T>(
    operation: string,
    task: (context: CallContext) => Promise<T>,
    options: CallOptions & { readonly idempotent: boolean },
  ): Promise<T>;
}
