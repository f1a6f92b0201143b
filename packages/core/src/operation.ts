import type { Pending } from "./driver.ts";
import type { CallOptions, WaitOptions } from "./options.ts";

/** How far an operation is. */
export type OperationStatus<T> =
  | { readonly state: "running"; readonly seen: string; readonly resource?: T }
  | { readonly state: "succeeded"; readonly resource: T }
  | { readonly state: "failed"; readonly reason: string };

/** The calls that can be begun and continued. */
export type OperationKind = "volumes.create" | "snapshots.create";

/**
 * A started operation as plain data: store it as JSON, hand it to `resume` in another process. It holds no secret.
 * Its fields are Polyvol's own business and change between versions; `version` says which.
 */
export interface OperationRef<Kind extends OperationKind = OperationKind> {
  readonly version: 1;
  readonly provider: string;
  readonly operation: Kind;
  readonly resourceId: string;
  readonly name: string;
  /** What the name is unique within: a region, or a volume's id. */
  readonly within?: string;
  /** Size that the volume must have in the end. */
  readonly sizeGiB?: number;
  readonly sourceSnapshotId?: string;
  readonly volumeType?: string;
  /** Whether what the answer said of the resource can be believed. */
  readonly settled: boolean;
  readonly created: boolean;
  readonly pending?: Pending;
  /** For providers that do not enforce names: what tells this create's own resources from others'. */
  readonly attempt?: {
    readonly id: string;
    readonly ownIds: readonly string[];
    /** When the answer arrived, in milliseconds since the epoch. */
    readonly answeredAt: number;
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
  readonly ref: OperationRef;
  /** Looks once. */
  status(options?: CallOptions): Promise<OperationStatus<T>>;
  /** Waits until usable and returns the resource. */
  wait(options?: WaitOptions): Promise<T>;
}
