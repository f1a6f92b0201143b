import type { AccessKey } from "./auth.ts";
import type { ApiVersion } from "./versions.ts";

/** The three clouds: Samsung, Sovereign (public sector), Enterprise. */
export type Environment = "s" | "g" | "e";

/** The regions of each environment. */
export const REGIONS: Readonly<Record<Environment, readonly string[]>> = {
  s: ["kr-west1", "kr-east1"],
  g: ["kr-south1", "kr-south2", "kr-south3"],
  e: ["kr-west1", "kr-east1"],
};

/** How long work takes on the emulator's clock, in milliseconds. */
export interface Durations {
  /** `creating` of a volume. Default 2000. */
  readonly volumeCreate: number;
  /** `creating` of a snapshot. Default 3000. */
  readonly snapshotCreate: number;
  /** `deleting` of a volume. Default 1000. */
  readonly volumeDelete: number;
  /** `deleting` of a snapshot. Default 1000. */
  readonly snapshotDelete: number;
  /** `extending`. Default 2000. */
  readonly extend: number;
  /** `reverting`, and `restoring` of the snapshot. Default 3000. */
  readonly revert: number;
  /** `reserved`, before attaching begins. Default 500. */
  readonly reserve: number;
  /** `attaching`. Default 1500. */
  readonly attach: number;
  /** `detaching`. Default 1500. */
  readonly detach: number;
  /** Until new IOPS and throughput show; the state does not change meanwhile. Default 2000. */
  readonly qos: number;
}

/** Misbehaviour of the live service that depends on time. */
export interface Races {
  /**
   * Deleting a snapshot within this many milliseconds after its create was accepted fails, also when it is
   * `available` by then; while it is `creating` it fails in any case. Default 0.
   */
  readonly snapshotDeleteAfterCreateMs: number;
  /**
   * Deleting a volume within this many milliseconds after the delete of its last snapshot was accepted fails.
   * Default 0.
   */
  readonly volumeDeleteAfterSnapshotDeleteMs: number;
  /** How both fail. 500 was seen on the live service; Cinder would say 400, and others meet 409. Default 500. */
  readonly status: 400 | 409 | 500;
  /**
   * What becomes of the transfer of a volume that has a snapshot which is not `available`. 202 carries it out. Default
   * 500: Cinder refuses it with 400, and what Cinder refuses so was seen to arrive as 500, also from transfers.
   */
  readonly transferStatus: 202 | 400 | 500;
}

/** Kinds of accepted work that can end badly. */
export type Work =
  | "createVolume"
  | "createSnapshot"
  | "deleteVolume"
  | "deleteSnapshot"
  | "extendVolume"
  | "revertVolume"
  | "attachVolume"
  | "detachVolume";

/** Accepted work that fails later. */
export interface FailureRule {
  /** The work that fails. */
  readonly work: Work;
  /** A regular expression that the name of the volume or snapshot must match. Default: any name. */
  readonly name?: string | undefined;
  /** How many times. Default: always. */
  readonly count?: number | undefined;
  /**
   * Where the resource ends: in the error state of the work, or, given up by the service, back in the state that it
   * was in. Attaching and detaching always end back there; creates always end in `error`. Default `error`.
   */
  readonly outcome?: "error" | "undone" | undefined;
}

/** Limits of the account; -1 is none. */
export interface Quotas {
  /** Default -1. */
  readonly volumes: number;
  /** Default -1. */
  readonly snapshots: number;
  /** GiB of volumes and snapshots together, `usages` on the wire. Default -1. */
  readonly gigabytes: number;
  /** The largest volume in GiB. Default 12288. */
  readonly perVolumeSize: number;
}

/** A server that exists from the start. */
export interface ServerOptions {
  /** Default: a new id. */
  readonly id?: string | undefined;
  /** Default: `server-` and the first part of the id. */
  readonly name?: string | undefined;
  /** Default: the first zone of the region, such as `kr-west1-a`. */
  readonly zone?: string | undefined;
  /** Windows servers take no multi-attach volumes. Default false. */
  readonly windows?: boolean | undefined;
  /** GiB of the disk that it starts from, a volume like any other. Default: none is made. */
  readonly osDiskSize?: number | undefined;
}

/** A type that volumes can have. */
export interface VolumeTypeOptions {
  /** A lower-case UUID. Default: a new one. */
  readonly id?: string | undefined;
  /** Such as `SSD`. */
  readonly name: string;
  /** Default: none. */
  readonly description?: string | null | undefined;
  /** Default: whether the name ends in `_MultiAttach`. */
  readonly multiattach?: boolean | undefined;
  /** Whether IOPS and throughput can be set. Default: whether the name ends in `_Provisioned`. */
  readonly provisioned?: boolean | undefined;
}

/** What the Samsung Cloud Platform emulator can be told. Everything but the access key has a default. */
export interface SamsungScpOptions {
  /** Default `kr-west1`. */
  readonly region?: string | undefined;
  /** Default `e`. */
  readonly environment?: Environment | undefined;
  /** One access key; with `secretKey`. */
  readonly accessKey?: string | undefined;
  /** The key that signs; with `accessKey`. */
  readonly secretKey?: string | undefined;
  /** More access keys, with rights and accounts of their own. */
  readonly accessKeys?: readonly AccessKey[] | undefined;
  /** Servers that volumes can be attached to; a text is an id. Default: none. */
  readonly servers?: readonly (string | ServerOptions)[] | undefined;
  /** The base URL that clients sign when it is not the address that they reach. Default: none. */
  readonly publicUrl?: string | undefined;
  /** The versions on offer. Default: the documented table, with fixed statuses. */
  readonly versions?: readonly ApiVersion[] | undefined;
  /** What becomes of a version (not the current one) whose date has come. Default `serve`. */
  readonly expiredVersions?: "serve" | "refuse" | undefined;
  /** The only versions that an operation answers in, by its documented name, such as `createSnapshot`. */
  readonly operationVersions?: Readonly<Record<string, readonly string[]>> | undefined;
  /** How far a request's timestamp may be off, in milliseconds; false: any. Default 15 minutes. */
  readonly clockSkewMs?: number | false | undefined;
  /** Replaces single durations. */
  readonly durations?: Partial<Durations> | undefined;
  /** Turns on misbehaviour that depends on time. */
  readonly races?: Partial<Races> | undefined;
  /** Work that is accepted and fails later. More can be seeded. */
  readonly failures?: readonly FailureRule[] | undefined;
  /** Default: `SSD`, `SSD_KMS`, `SSD_MultiAttach`, `SSD_Provisioned`. */
  readonly volumeTypes?: readonly VolumeTypeOptions[] | undefined;
  /** The name of the type of a volume that names none. Default: the first type. */
  readonly defaultVolumeType?: string | undefined;
  /** Replaces single limits of the account. */
  readonly quotas?: Partial<Quotas> | undefined;
  /** The status of the refusal of what is beyond a limit, which is not documented. Default 403. */
  readonly quotaStatus?: 400 | 403 | 409 | 413 | 422 | undefined;
  /** Its body: in the service's form, or in that of Cinder beneath it (`overLimit`). Default `service`. */
  readonly quotaBody?: "service" | "cinder" | undefined;
  /** Also answer the undocumented quota keys per type, which the vendor's strict client rejects. Default false. */
  readonly quotaExtraKeys?: boolean | undefined;
  /** What the `name` filter of lists matches; the service does not say. Default `exact`. */
  readonly nameFilter?: "exact" | "partial" | undefined;
  /**
   * What a marker brings whose item is gone: a refusal by status, an empty page, or the first page.
   * Default 404, as Cinder looks the marker up like any other id.
   */
  readonly goneMarker?: 400 | 404 | "empty" | "first" | undefined;
  /** What the answer to a create says; the resource is `creating` in any case. Default `creating`. */
  readonly createdState?: "creating" | "available" | undefined;
  /** How `cascade=false` is refused while there are snapshots. Default 400. */
  readonly cascadeConflictStatus?: 400 | 409 | undefined;
  /** How a wrong state is refused by the operations that document 409. Default 409. */
  readonly conflictStatus?: 400 | 409 | undefined;
  /** `zoneless` leaves the `Z` out of timestamps, as sibling products do. Default `zoned`. */
  readonly timestamps?: "zoned" | "zoneless" | undefined;
  /** Snapshots in a page that asks for no limit; 0: all. Default 0, as none is documented. */
  readonly snapshotDefaultLimit?: number | undefined;
  /** The largest `limit` for snapshots; 0: none. Default 0, as none is documented. */
  readonly snapshotMaxLimit?: number | undefined;
  /** Metadata of snapshots must be flat, with strings of at most 255 characters. Default true. */
  readonly strictMetadata?: boolean | undefined;
  /** The status of an accepted change of IOPS and throughput, which is not documented. Default 202. */
  readonly qosStatus?: 200 | 202 | 204 | undefined;
}

/** How long work takes unless told otherwise. */
export const DEFAULT_DURATIONS: Durations = {
  volumeCreate: 2000,
  snapshotCreate: 3000,
  volumeDelete: 1000,
  snapshotDelete: 1000,
  extend: 2000,
  revert: 3000,
  reserve: 500,
  attach: 1500,
  detach: 1500,
  qos: 2000,
};
