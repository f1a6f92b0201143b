import * as z from "zod";
import type { FailureRule } from "./options.ts";
import { failureRule } from "./options-schema.ts";
import type { SnapshotStatus, VolumeState } from "./records.ts";

/** A volume to begin with. */
export interface SeedVolume {
  /** A lower-case UUID. Default: a new one. */
  readonly id?: string | undefined;
  /** Its name. */
  readonly name: string;
  /** GiB. Default 8. */
  readonly size?: number | undefined;
  /** Default: `available`, or `in-use` with `server_ids`. A state that would pass elsewhere stays. */
  readonly state?: VolumeState | undefined;
  /** The name of the type. Default: the default type. */
  readonly volume_type?: string | undefined;
  /** Default false. */
  readonly bootable?: boolean | undefined;
  /** Attached to these servers, each at the next free device. */
  readonly server_ids?: readonly string[] | undefined;
  /** The snapshot that it was made from. */
  readonly snapshot_id?: string | undefined;
  /** Tags, which the service does not return. */
  readonly tags?:
    | readonly {
        /** Of the tag. */
        readonly key: string;
        /** Of the tag. */
        readonly value?: string | null | undefined;
      }[]
    | undefined;
  /** Default: 5000 where the type has figures. */
  readonly max_iops?: number | undefined;
  /** MB/s. Default: 250 where the type has figures. */
  readonly max_throughput?: number | undefined;
  /** ISO 8601. Default: now. */
  readonly created_at?: string | undefined;
}

/** A snapshot to begin with. */
export interface SeedSnapshot {
  /** A lower-case UUID. Default: a new one. */
  readonly id?: string | undefined;
  /** Of this volume, by id or by a name that only one volume has; one of the two. */
  readonly volume_id?: string | undefined;
  /** Instead of `volume_id`. */
  readonly volume_name?: string | undefined;
  /** Its name. */
  readonly name: string;
  /** Default: none. */
  readonly description?: string | null | undefined;
  /** Default: none. */
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** GiB. Default: the size of the volume. */
  readonly size?: number | undefined;
  /** Default `available`. A status that would pass elsewhere stays. */
  readonly status?: SnapshotStatus | undefined;
  /** ISO 8601. Default: now. */
  readonly created_at?: string | undefined;
}

/** A server to begin with. */
export interface SeedServer {
  /** A lower-case UUID. Default: a new one. */
  readonly id?: string | undefined;
  /** Default: `server-` and the first part of the id. */
  readonly name?: string | undefined;
  /** Default: the first zone of the region. */
  readonly zone?: string | undefined;
  /** Windows servers take no multi-attach volumes. Default false. */
  readonly windows?: boolean | undefined;
  /** GiB of the disk that it starts from. Default: none is made. */
  readonly os_disk_size?: number | undefined;
}

/**
 * Data for `seed`; names of members are those of the API. Everything is optional; it is added to what is there,
 * whole or not at all. Rules and quotas that hold for requests do not hold here.
 */
export interface SamsungScpSeed {
  /** Whose data it is. Default: the account of the first access key. */
  readonly account_id?: string | undefined;
  /** Servers to add. */
  readonly servers?: readonly SeedServer[] | undefined;
  /** Volumes to add. */
  readonly volumes?: readonly SeedVolume[] | undefined;
  /** Snapshots to add. */
  readonly snapshots?: readonly SeedSnapshot[] | undefined;
  /** Work that is to fail from now on. */
  readonly failures?: readonly FailureRule[] | undefined;
  /** Makes up volumes of 8 GiB, and that many snapshots in all, spread over them evenly. */
  readonly generate?:
    | {
        /** How many volumes. Default 0. */
        readonly volumes?: number | undefined;
        /** How many snapshots in all. Default 0. */
        readonly snapshots?: number | undefined;
      }
    | undefined;
}

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a lower-case UUID");
const name = z.string().regex(/^[a-zA-Z0-9-_ ]{1,255}$/, "must be 1 to 255 letters, digits, spaces, - or _");
const size = z.int("must be GiB, a whole number").min(1, "must be 1 or more");
const time = z.iso.datetime({ offset: true, error: "must be a time such as 2026-08-01T10:00:00Z" });
const whole = z.int("must be a whole number").min(0, "must be 0 or more");

const volume: z.ZodType<SeedVolume> = z.strictObject({
  id: uuid.optional(),
  name,
  size: size.optional(),
  state: z
    .enum([
      "creating",
      "available",
      "reserved",
      "attaching",
      "in-use",
      "detaching",
      "extending",
      "reverting",
      "awaiting-transfer",
      "maintenance",
      "deleting",
      "error",
      "error_extending",
      "error_restoring",
      "error_managing",
      "error_deleting",
    ])
    .optional(),
  volume_type: z.string().optional(),
  bootable: z.boolean().optional(),
  server_ids: z.array(uuid).readonly().optional(),
  snapshot_id: uuid.optional(),
  tags: z
    .array(z.strictObject({ key: z.string(), value: z.string().nullish() }))
    .readonly()
    .optional(),
  max_iops: whole.optional(),
  max_throughput: whole.optional(),
  created_at: time.optional(),
});

const snapshot: z.ZodType<SeedSnapshot> = z
  .strictObject({
    id: uuid.optional(),
    volume_id: uuid.optional(),
    volume_name: name.optional(),
    name,
    description: z.string().nullish(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
    size: size.optional(),
    status: z.enum(["creating", "available", "restoring", "deleting", "error", "error_deleting"]).optional(),
    created_at: time.optional(),
  })
  .refine((one) => (one.volume_id === undefined) !== (one.volume_name === undefined), {
    error: "must have either volume_id or volume_name",
  });

const server: z.ZodType<SeedServer> = z.strictObject({
  id: uuid.optional(),
  name: z.string().min(1, "must not be empty").optional(),
  zone: z.string().min(1, "must not be empty").optional(),
  windows: z.boolean().optional(),
  os_disk_size: size.optional(),
});

/** What `seed` takes. */
export const seedSchema: z.ZodType<SamsungScpSeed> = z.strictObject({
  account_id: z.string().min(1, "must not be empty").optional(),
  servers: z.array(server).readonly().optional(),
  volumes: z.array(volume).readonly().optional(),
  snapshots: z.array(snapshot).readonly().optional(),
  failures: z.array(failureRule).readonly().optional(),
  generate: z.strictObject({ volumes: whole.optional(), snapshots: whole.optional() }).optional(),
});
