/** What answers look like: they are checked for the fields that the code reads. */
import { parseTimestamp } from "@polyvol/core/driver";
import { absentIfOdd } from "@polyvol/core/http";
import * as z from "zod/mini";

const id = z.string().check(z.minLength(1));
/** These may be null or absent, as may everything that the provider's description does not require. */
const text = z.nullish(z.string());
const number = z.nullish(z.number());
const flag = z.nullish(z.boolean());
const anything = z.optional(z.unknown());
const whole = z.int().check(z.nonnegative());
const instant = z.string().check(z.refine((text) => parseTimestamp(text) !== undefined, "not an instant"));

const server = z.object({ id, device: text, attached_at: text });
const volume = z.object({
  id,
  name: text,
  state: z.string(),
  size: whole,
  created_at: instant,
  modified_at: text,
  user_id: text,
  volume_type: text,
  volume_type_id: text,
  snapshot_id: text,
  servers: z.array(server),
  bootable: flag,
  encrypted: flag,
  multiattach: flag,
  max_iops: number,
  max_throughput: number,
  volume_image_metadata: anything,
  /** Of versions after those that this adapter knows. */
  zone: text,
});
const snapshot = z.object({
  id,
  volume_id: id,
  name: text,
  description: text,
  status: text,
  size: whole,
  created_at: instant,
  updated_at: text,
  user_id: text,
  /** An object by the schema, text on some reference pages. */
  metadata: anything,
});
const volumeType = z.object({
  /** Id of the type. */
  id,
  /** Its name. */
  name: text,
  /** What the provider says of it. */
  description: text,
  /** Its properties. */
  extra_specs: z.nullish(
    z.object({
      /** `"<is> True"` where volumes of the type can be on several servers. */
      multiattach: text,
    }),
  ),
});
const attached = z.object({
  /** Id of the attachment. */
  id,
  /** Id of the server. */
  server_id: id,
  /** Id of the volume. */
  volume_id: id,
  /** Name of the device, such as `/dev/vdb`. */
  device: text,
  /** Whether the volume goes with the server. */
  delete_on_termination: flag,
});
/** `id` has a leading `v`, `not_before` is a day or empty. */
const version = z.object({ id, status: text, not_before: text });
const quota = z.object({
  /** What the account has. */
  in_use: z.int(),
  /** What it may have. */
  limit: z.int(),
  /** What is set aside. */
  reserved: z.int(),
});
const quotas = z.object({
  /** Number of volumes. */
  volumes: quota,
  /** Number of snapshots. */
  snapshots: quota,
  /** GiB of volumes and snapshots together. */
  usages: quota,
  /** GiB of the largest volume. */
  per_volume_size: quota,
});

/** The description has no links, and a count where it is asked for; what the service says all the same is heard. */
const page = { links: anything, count: z.nullish(z.union([whole, absentIfOdd])) };

export const volumeAnswer = volume;
export const volumesAnswer = z.object({ volumes: z.array(volume), ...page, volumes_links: anything });
export const snapshotAnswer = snapshot;
export const snapshotsAnswer = z.object({ snapshots: z.array(snapshot), ...page, snapshots_links: anything });
export const typeAnswer = volumeType;
export const typesAnswer = z.object({ volume_types: z.array(volumeType) });
export const attachedAnswer = attached;
export const allAttachedAnswer = z.object({ volumes: z.array(attached) });
export const versionsAnswer = z.object({ versions: z.array(version) });
export const quotasAnswer = quotas;

export type WireServer = z.infer<typeof server>;
export type WireVolume = z.infer<typeof volume>;
export type WireVolumes = z.infer<typeof volumesAnswer>;
export type WireSnapshot = z.infer<typeof snapshot>;
export type WireVolumeType = Readonly<z.infer<typeof volumeType>>;
export type WireServerVolume = Readonly<z.infer<typeof attached>>;
export type WireQuotaSet = Readonly<z.infer<typeof quotas>>;
export type WireVersion = z.infer<typeof version>;
/** One page of a listing. */
export type WirePage = Pick<WireVolumes, keyof typeof page>;
