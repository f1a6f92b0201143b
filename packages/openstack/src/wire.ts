/** What answers look like: they are checked for the fields that the code reads. */
import { parseTimestamp } from "@polyvol/core/driver";
import * as z from "zod/mini";

const id = z.string().check(z.minLength(1));
const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());
/** May be absent; what is wrong about it is the business of whoever reads it. */
const anything = z.optional(z.unknown());
/** UTC without a zone, with up to six digits after the second. */
const time = z.string().check(z.refine((value) => parseTimestamp(value) !== undefined, "not a time"));

const resource = z.object({
  id,
  status: z.string(),
  size: z.int().check(z.nonnegative()),
  created_at: time,
  updated_at: text,
  name: text,
  description: text,
  metadata: anything,
  user_id: text,
});
/** `attachment_id` is the attachment's own id; a field `id` beside it is the volume's. */
const attachment = z.object({
  attachment_id: text,
  server_id: text,
  host_name: text,
  device: text,
  attached_at: text,
});
const volume = z.extend(resource, {
  availability_zone: text,
  volume_type: text,
  volume_type_id: text,
  snapshot_id: text,
  source_volid: text,
  group_id: text,
  consistencygroup_id: text,
  attachments: z.array(attachment),
  encrypted: flag,
  multiattach: flag,
  service_uuid: text,
  /** Shown to administrators. */
  migration_status: text,
  /** `"true"` or `"false"`. */
  bootable: z.nullish(z.union([z.string(), z.boolean()])),
});
const snapshot = z.extend(resource, {
  volume_id: z.string(),
  group_snapshot_id: text,
  "os-extended-snapshot-attributes:progress": text,
});
const message = z.object({
  /** Id of the message. */
  id,
  /** What kind of failure it is, such as `VOLUME_VOLUME_001_003`. */
  event_id: text,
  /** The failure in words, for people. */
  user_message: text,
  /** How grave it is: `ERROR`. */
  message_level: text,
  /** Id of the request that began what failed. */
  request_id: text,
  /** Id of the volume or snapshot. */
  resource_uuid: text,
  /** When the message was written: UTC without a zone. */
  created_at: text,
});
const type = z.object({
  /** Id of the type. */
  id,
  /** Its name. */
  name: text,
  /** What the administrator says of it. */
  description: text,
  /** Whether every project sees it. */
  is_public: flag,
  /** Its properties, by key. `multiattach` is `"<is> True"` where volumes of the type can be on several servers. */
  extra_specs: anything,
});
const zone = z.object({
  /** Its name, which `availabilityZone` of `providerOptions` takes. */
  zoneName: z.string(),
  /** Its state. */
  zoneState: z.nullish(
    z.object({
      /** Whether it takes new volumes. */
      available: flag,
    }),
  ),
});
const quota = z.object({
  /** What the project has. */
  in_use: z.int(),
  /** What it may have; -1: as much as it likes. */
  limit: z.int(),
  /** What is set aside for requests under way. */
  reserved: z.int(),
});
const quotas = z.object({
  /** Number of volumes. */
  volumes: quota,
  /** Number of snapshots. */
  snapshots: quota,
  /** GiB of volumes and snapshots together. */
  gigabytes: quota,
});
const version = z.object({ id, version: text, min_version: text });
const endpoint = z.object({ interface: text, region: text, region_id: text, url: z.string() });
const service = z.object({ type: text, endpoints: z.nullish(z.array(endpoint)) });
const token = z.object({
  expires_at: time,
  issued_at: text,
  project: z.nullish(z.object({ id, name: text })),
  catalog: z.nullish(z.array(service)),
});

export const volumeAnswer = z.object({ volume });
export const volumesAnswer = z.object({ volumes: z.array(volume), volumes_links: anything });
export const snapshotAnswer = z.object({ snapshot });
export const snapshotsAnswer = z.object({ snapshots: z.array(snapshot), snapshots_links: anything });
export const messagesAnswer = z.object({ messages: z.array(message) });
export const typeAnswer = z.object({ volume_type: type });
export const typesAnswer = z.object({ volume_types: z.array(type) });
export const zonesAnswer = z.object({ availabilityZoneInfo: z.array(zone) });
export const quotasAnswer = z.object({ quota_set: quotas });
export const versionsAnswer = z.object({ versions: z.array(version) });
export const tokenAnswer = z.object({ token });

export type WireAttachment = z.infer<typeof attachment>;
export type WireVolume = z.infer<typeof volume>;
export type WireSnapshot = z.infer<typeof snapshot>;
export type WireMessage = z.infer<typeof message>;
export type WireVolumeType = z.infer<typeof type>;
export type WireZone = z.infer<typeof zone>;
export type WireQuotaSet = z.infer<typeof quotas>;
export type WireVersion = z.infer<typeof version>;
export type WireService = z.infer<typeof service>;
export type WireToken = z.infer<typeof token>;
