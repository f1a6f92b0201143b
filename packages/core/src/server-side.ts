/** What a provider documents of its volumes as one of its servers sees them. Facts of a driver; nothing here sends. */

/** How the operating system of a server shows one volume that is attached to it. */
export interface DeviceHints {
  /** Names that its block device may have in `/dev/disk/by-id`; any of them proves that it is this volume. */
  readonly links: readonly string[];
}

/** Which server a program runs on, as far as the provider tells it. */
export interface ServerIdentity {
  /** The id that volumes are attached by. */
  readonly serverId: string;
  /** The provider's name of its region. */
  readonly serverRegion?: string;
  /** The zone within the region. */
  readonly serverZone?: string;
}

/** How a server learns from its provider which one it is: from addresses that only servers reach. */
export interface ServerIdentitySource {
  /** Where to ask. Only the path is used where an address is given by the user. */
  readonly origin: string;
  /** What to read there, one after the other. Only what is needed: other paths of such a service hold secrets. */
  readonly paths: readonly string[];
  /** The answers, in that order, put together; `undefined` where they are not what the provider documents. */
  readonly read: (answers: readonly string[]) => ServerIdentity | undefined;
}
