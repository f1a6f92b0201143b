import type { BlockStorage, Snapshots, Volumes } from "./block-storage.ts";
import type { Capability } from "./capabilities.ts";

/** The methods of volumes that need a capability. */
interface VolumeMethods {
  readonly "volumes.resize": "resize";
  readonly "volumes.attach": "attach" | "detach";
  readonly "volumes.revert": "revert";
  readonly "volumes.rename": "rename";
}

/** The methods of snapshots that need a capability. */
interface SnapshotMethods {
  readonly "snapshots.update": "update";
}

type Named<Methods, Name> = Methods[Extract<Name, keyof Methods>];

/** `Calls`, where methods whose capability is missing cannot be called; the type of their argument says why. */
type Refusing<Calls, Methods, Missing extends Capability> = Omit<Calls, Named<Methods, Missing> & string> & {
  readonly [Name in Extract<Missing, keyof Methods> as Methods[Name] & string]: (
    // However many are given, the first one is what the compiler complains about, with these words.
    ...refused: [`this provider has no ${Name}: see supports(storage, "${Name}")`, ...unknown[]]
  ) => Promise<never>;
};

/**
 * A storage whose provider has not these capabilities: their methods cannot be called where the compiler sees that, and
 * fail with `unsupported` where it does not. It fits wherever a {@link BlockStorage} is taken.
 */
export type BlockStorageWithout<Missing extends Capability> = Omit<BlockStorage, "volumes" | "snapshots"> & {
  /** Operations on volumes. */
  readonly volumes: Refusing<Volumes, VolumeMethods, Missing>;
  /** Operations on snapshots. */
  readonly snapshots: Refusing<Snapshots, SnapshotMethods, Missing>;
};

/** Only a type: without it, what is not known to support something could not be told from what is. */
declare const SUPPORTED: unique symbol;

/** A storage that was asked by {@link supports}: what takes one can only be called after that. */
export interface Supporting<Name extends Capability> {
  /** Never there at run time. */
  readonly [SUPPORTED]: Readonly<Record<Name, true>>;
  /** The methods that need the capability. */
  readonly volumes: Pick<Volumes, Named<VolumeMethods, Name>>;
  /** The methods that need the capability. */
  readonly snapshots: Pick<Snapshots, Named<SnapshotMethods, Name>>;
}

/**
 * Whether the provider of a storage can do something, known without a request. Where it is so, methods that the type of
 * an adapter's storage refuses can be called. Methods of a plain {@link BlockStorage} can be called without asking: they
 * fail with `unsupported` before anything is sent.
 */
export function supports<Storage extends Pick<BlockStorage, "capabilities">, Name extends Capability>(
  storage: Storage,
  capability: Name,
): storage is Storage & Supporting<Name> {
  return storage.capabilities.supports.includes(capability);
}
