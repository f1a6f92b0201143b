/**
 * Runs one request of a call when its turn has come, and gives its result on. `kind`: whether it changes anything. To send
 * it no more, abort the call and reject.
 */
export type RequestTurn = <T>(request: () => Promise<T>, kind: "read" | "change") => Promise<T>;

/** What every call takes. */
export interface CallOptions {
  /** Stops the call, and the waiting within it. What the provider has accepted already goes on. */
  readonly abortSignal?: AbortSignal | undefined;
  /**
   * Deadline of this call in milliseconds, over all attempts and waiting. Default: `timeoutMs` of the storage (60,000), or
   * `waitTimeoutMs` (900,000) for a call that waits until a change has finished.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Bounds how many requests many calls have in flight together: each request of this call, and each repetition, goes
   * through it. Pauses and waiting for the provider do not, nor do looks that calls share. Default: they go at once.
   */
  readonly inTurn?: RequestTurn | undefined;
}

/** One look at a pending change that was not finished yet. */
export interface Progress {
  /** What was seen, in the provider's words where it has any. */
  readonly seen: string;
  /** Since the call began, in milliseconds. */
  readonly elapsedMs: number;
}

/** What calls take that wait until a change has finished. */
export interface WaitOptions extends CallOptions {
  /** Told of each look that found the change unfinished. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What `create` takes. */
export interface CreateOptions extends WaitOptions {
  /**
   * Told once, before the wait begins: `created` is `false` when what the name says was there already; `true` when this
   * call made it, or cannot exclude that it did. Of creates of one name at once that each made one (where names are not
   * enforced), one stays: the call that returns another id than `id` made none of it.
   */
  readonly onBegun?: ((begun: { readonly created: boolean; readonly id: string }) => void) | undefined;
}

export interface ListOptions extends CallOptions {
  /** Items of one provider request, where the provider lets that be chosen. Default: the driver's best. */
  readonly requestSize?: number | undefined;
}

/** How `byPage` cuts a listing. */
export interface PageOptions {
  /** Items of one page. Default 100. */
  readonly pageSize?: number | undefined;
  /** Goes on after the page that gave this token, in another process too. */
  readonly continuationToken?: string | undefined;
}

/** Which volumes to list: those that fit every key that is given. */
export interface VolumeQuery {
  /** Exact name. */
  readonly name?: string | undefined;
  /** The provider's name of a region. */
  readonly region?: string | undefined;
  /** Volumes that carry all of these tags. Only with `volumes.readTags`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Which snapshots to list: those that fit every key that is given. */
export interface SnapshotQuery {
  /** Exact name. */
  readonly name?: string | undefined;
  /** Id of the volume that they are of, which may be gone. */
  readonly volumeId?: string | undefined;
  /** Snapshots that carry all of these tags. Only with `snapshots.tags`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Settings that only one provider has, keyed by the provider's name; each adapter checks its own part. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What `volumes.create` takes. Checked against the provider's limits before anything is sent. */
export interface CreateVolumeInput {
  /** The key: the same name in the same region is the same volume. */
  readonly name: string;
  /** Default: the storage's configured region. */
  readonly region?: string | undefined;
  /** Size in GiB. May be left out with `sourceSnapshotId`: then what the snapshot needs. */
  readonly sizeGiB?: number | undefined;
  /** Rounds `sizeGiB` up to the next size that the provider has, instead of refusing it. Default `false`. */
  readonly roundUpSize?: boolean | undefined;
  /** Only with `volumes.description`. Not compared when the volume exists already. */
  readonly description?: string | undefined;
  /** Only with `volumes.tags`. Not compared when the volume exists already. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The provider's name of a type. Only with `volumes.type`. Default: the provider's. */
  readonly volumeType?: string | undefined;
  /** Makes the volume from this snapshot. */
  readonly sourceSnapshotId?: string | undefined;
  /** Settings that only one provider has, keyed by the provider's name. Others' are ignored. */
  readonly providerOptions?: ProviderOptions | undefined;
}

/** What `snapshots.create` takes. Checked against the provider's limits before anything is sent. */
export interface CreateSnapshotInput {
  /** Id of the volume to take it of. */
  readonly volumeId: string;
  /** The key: the same name on the same volume is the same snapshot. */
  readonly name: string;
  /** Only with `snapshots.description`. Not compared when the snapshot exists already. */
  readonly description?: string | undefined;
  /** Only with `snapshots.tags`. Not compared when the snapshot exists already. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whether a volume in use may be snapshotted; such a snapshot is crash-consistent. Default `true`. */
  readonly allowAttached?: boolean | undefined;
  /** Settings that only one provider has, keyed by the provider's name. Others' are ignored. */
  readonly providerOptions?: ProviderOptions | undefined;
}

/** What to change of a snapshot; what is left out stays. */
export interface UpdateSnapshotInput {
  /** The new name. */
  readonly name?: string | undefined;
  /** The new description. */
  readonly description?: string | undefined;
}

export interface DeleteVolumeOptions extends WaitOptions {
  /**
   * `keep` (default): snapshots stay; where they cannot outlive the volume, a volume that has any is not deleted.
   * `delete`: they are deleted, too: after the volume where they outlive it, else before it.
   */
  readonly snapshots?: "keep" | "delete" | undefined;
}

/** What `checkHealth` looks at. */
export interface HealthOptions extends CallOptions {
  /** Whether to look if tags are shown, by one more request where the driver can tell. Default false. */
  readonly tags?: boolean | undefined;
}
