import * as z from "zod";
import { dateTime, lowerCaseUuid, positive, text, whole } from "../kit/validation.ts";
import { failureRule, serverOptions } from "./options.ts";
import { SNAPSHOT_STATUSES, VOLUME_STATES } from "./records.ts";

const name = z.string().regex(/^[a-zA-Z0-9-_ ]{1,255}$/, "must be 1 to 255 letters, digits, spaces, - or _");

const tag = z.strictObject({
  /** Of the tag. */
  key: z.string(),
  /** Of the tag. Default: none. */
  value: z.string().nullish(),
});

const volumeSeed = z.strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Its name. */
  name,
  /** GiB. Default 8. */
  size: positive.optional(),
  /** Default: `available`, or `in-use` with `server_ids`. A state that would pass elsewhere stays. */
  state: z.enum(VOLUME_STATES).optional(),
  /** The name of the type. Default: the default type. */
  volume_type: z.string().optional(),
  /** Default false. */
  bootable: z.boolean().optional(),
  /** Attached to these servers, each at the next free device. */
  server_ids: z.array(lowerCaseUuid).readonly().optional(),
  /** The snapshot that it was made from. */
  snapshot_id: lowerCaseUuid.optional(),
  /** Tags, which the service does not return. */
  tags: z.array(tag).readonly().optional(),
  /** Default: 5000 where the type has figures. */
  max_iops: whole.optional(),
  /** MB/s. Default: 250 where the type has figures. */
  max_throughput: whole.optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const snapshotSeed = z.strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Of this volume, by id or by a name that only one volume has; one of the two. */
  volume_id: lowerCaseUuid.optional(),
  /** Instead of `volume_id`. */
  volume_name: name.optional(),
  /** Its name. */
  name,
  /** Default: none. */
  description: z.string().nullish(),
  /** Default: none. */
  metadata: z.record(z.string(), z.unknown()).nullish(),
  /** GiB. Default: the size of the volume. */
  size: positive.optional(),
  /** Default `available`. A status that would pass elsewhere stays. */
  status: z.enum(SNAPSHOT_STATUSES).optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const serverSeed = serverOptions.omit({ osDiskSize: true }).extend({
  /** GiB of the disk that it starts from. Default: no such disk. */
  os_disk_size: positive.optional(),
});

export const seedSchema = z.strictObject({
  /** Whose data it is. Default: the account of the first access key. */
  account_id: text.optional(),
  /** Servers to add. */
  servers: z.array(serverSeed).readonly().default([]),
  /** Volumes to add. */
  volumes: z.array(volumeSeed).readonly().default([]),
  /** Snapshots to add. */
  snapshots: z
    .array(
      snapshotSeed.refine((one) => (one.volume_id === undefined) !== (one.volume_name === undefined), {
        error: "must have either volume_id or volume_name",
      }),
    )
    .readonly()
    .default([]),
  /** Work that is to fail from now on. */
  failures: z.array(failureRule).readonly().default([]),
  /** Makes up volumes of 8 GiB, and that many snapshots in all, spread over them evenly. */
  generate: z
    .strictObject({
      /** How many volumes. Default 0. */
      volumes: whole.default(0),
      /** How many snapshots in all. Default 0. */
      snapshots: whole.default(0),
    })
    .prefault({}),
});

/**
 * Data for `seed`; names of members are those of the API. Everything is optional; it is added to what is there,
 * whole or not at all. Rules and quotas that hold for requests do not hold here.
 */
export interface SamsungScpSeed extends z.input<typeof seedSchema> {}

export type Seed = z.output<typeof seedSchema>;
export type VolumeSeed = z.output<typeof volumeSeed>;
export type SnapshotSeed = z.output<typeof snapshotSeed>;
