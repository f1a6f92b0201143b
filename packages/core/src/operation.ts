import type { Pending } from "./driver.ts";
import type { CallOptions, WaitOptions } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";

/** How far an operation is. */
export type OperationStatus<T> =
  | { readonly state: "running"; readonly seen: string; readonly resource?: T }
  | { readonly state: "succeeded"; readonly resource: T }
  | { readonly state: "failed"; readonly reason: string };

/** The calls that can be begun and continued. */
export type OperationKind = "volumes.create" | "snapshots.create";

/** What a call makes that can be begun. */
export type ResourceOf<Kind extends OperationKind> = Kind extends "volumes.create" ? Volume : Snapshot;

/** The calls that make `T`. */
type KindOf<T> = T extends Volume
  ? "volumes.create"
  : T extends Snapshot
    ? "snapshots.create"
    : OperationKind;

/**
 * A started operation as plain data: store it as JSON, hand it to `resume` in another process. It holds no secret.
 * Its fields are Polyvol's own business and change between versions; `version` says which.
 */
export interface OperationRef<Kind extends OperationKind = OperationKind> {
  /** Version of this form. */
  readonly version: 1;
  /** The driver's provider name. */
  readonly provider: string;
  /** The call that was begun. */
  readonly operation: Kind;
  /** Id of what is being made. */
  readonly resourceId: string;
  /** Its name. */
  readonly name: string;
  /** What the name is unique within: a region, or a volume's id. */
  readonly within?: string;
  /** Size that the volume must have in the end. */
  readonly sizeGiB?: number;
  /** The snapshot that a volume is made from. */
  readonly sourceSnapshotId?: string;
  /** The type that was asked for. */
  readonly volumeType?: string;
  /** Whether what the answer said of the resource can be believed. */
  readonly settled: boolean;
  /** As in {@link Operation.created}. */
  readonly created: boolean;
  /** When the answer arrived, in milliseconds since the epoch. Absent in refs of earlier versions. */
  readonly answeredAt?: number;
  /** The provider's own record of the work, where there is one. */
  readonly pending?: Pending;
  /** For providers that do not enforce names: what tells this create's own resources from others'. */
  readonly attempt?: {
    /** The mark that every request of this create carries. */
    readonly id: string;
    /** Ids that its own requests returned. */
    readonly ownIds: readonly string[];
    /** The marks of creates of the same name that this storage has given up just before. */
    readonly formerIds?: readonly string[];
    /** Whether an earlier request of this create got no clear answer. */
    readonly unclear: boolean;
  };
}

/** A create that was begun. */
export interface Operation<T> {
  /** As last seen. */
  readonly resource: T;
  /** `false` when it was there already; `true` when this call made it, or cannot exclude that it did. */
  readonly created: boolean;
  /** To store, and to give to `resume` later. */
  readonly ref: OperationRef<KindOf<T>>;
  /** Looks once. What it does not find is `failed` only a minute after it showed last: copies lag behind. */
  status(options?: CallOptions): Promise<OperationStatus<T>>;
  /** Waits until usable and returns the resource. */
  wait(options?: WaitOptions): Promise<T>;
}
