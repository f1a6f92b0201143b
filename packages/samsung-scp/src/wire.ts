/** What goes over the wire. Answers are checked for the fields that the code reads; request bodies are plain types. */
import { parseTimestamp } from "@polyvol/core/driver";
import type { ResponseParser } from "@polyvol/core/http";
import * as z from "zod/mini";

type Always<Keys extends string, T> = Readonly<Record<Keys, T>>;
/** Fields that may be null or absent. */
type Maybe<Keys extends string, T> = { readonly [Key in Keys]?: T | null | undefined };

const VOLUME_TEXTS = [
  "name",
  "volume_type",
  "volume_type_id",
  "user_id",
  "snapshot_id",
  "modified_at",
] as const;
const VOLUME_FLAGS = ["bootable", "encrypted", "multiattach"] as const;
const SNAPSHOT_TEXTS = ["name", "description", "status", "updated_at", "user_id"] as const;
const QUOTAS = ["volumes", "snapshots", "usages", "per_volume_size"] as const;
const QUOTA = ["in_use", "limit", "reserved"] as const;

/** A server that has the volume. */
export type WireServer = Always<"id", string> & Maybe<"device" | "attached_at", string>;

/** `zone` is of versions after those that this adapter knows. */
export type WireVolume = Always<"id" | "state" | "created_at", string> &
  Always<"size", number> &
  Always<"servers", readonly WireServer[]> &
  Maybe<(typeof VOLUME_TEXTS)[number] | "zone", string> &
  Maybe<(typeof VOLUME_FLAGS)[number], boolean> &
  Maybe<"max_iops" | "max_throughput", number> &
  Maybe<"volume_image_metadata", unknown>;

/** `metadata` is an object by the schema, text on some reference pages. */
export type WireSnapshot = Always<"id" | "volume_id" | "created_at", string> &
  Always<"size", number> &
  Maybe<(typeof SNAPSHOT_TEXTS)[number], string> &
  Maybe<"metadata", unknown>;

/**
 * One page. The description has no links, and a count where it is asked for; what the service says all the same is
 * heard. Of links only whether they name a next page is kept.
 */
export type WirePage = Maybe<"links", boolean> & Maybe<"count", number>;
export type WireVolumes = Always<"volumes", readonly WireVolume[]> &
  WirePage &
  Maybe<"volumes_links", boolean>;
export type WireSnapshots = Always<"snapshots", readonly WireSnapshot[]> &
  WirePage &
  Maybe<"snapshots_links", boolean>;

/** `multiattach` is `"<is> True"` where volumes of the type can be on several servers. */
export type WireVolumeType = Always<"id", string> &
  Maybe<"name" | "description", string> &
  Maybe<"extra_specs", Maybe<"multiattach", string>>;

/** A volume on a server; `id` is the attachment's. */
export type WireServerVolume = Always<"id" | "server_id" | "volume_id", string> &
  Maybe<"device", string> &
  Maybe<"delete_on_termination", boolean>;

/** Numbers of volumes and snapshots, GiB in use, and GiB of the largest volume. */
export type WireQuotaSet = Always<(typeof QUOTAS)[number], Always<(typeof QUOTA)[number], number>>;

/** `id` has a leading `v`, `not_before` is a day or empty. */
export type WireVersion = Always<"id", string> & Maybe<"status" | "not_before", string>;

export type CreateVolumeBody = Always<"name", string> &
  Always<"size", number> &
  Maybe<"snapshot_id" | "volume_type", string> &
  Maybe<"tags", readonly Always<"key" | "value", string>[]> &
  Maybe<"max_iops" | "max_throughput", number>;

export type CreateSnapshotBody = Always<"name" | "volume_id", string> &
  Maybe<"description", string> &
  Maybe<"force", boolean> &
  Always<"metadata", Always<string, string>>;

const id = z.string().check(z.minLength(1));
const text = z.nullish(z.string());
const number = z.nullish(z.number());
const flag = z.nullish(z.boolean());
const whole = z.int().check(z.nonnegative());
/** What is odd is as good as absent. */
const odd = z.pipe(
  z.unknown(),
  z.transform(() => undefined),
);
/** May be absent, as may everything that the provider's description does not require. */
const anything = z.optional(z.unknown());
const instant = z.string().check(z.refine((text) => parseTimestamp(text) !== undefined, "not an instant"));

function each<Key extends string, S extends z.ZodMiniType>(keys: readonly Key[], schema: S): Record<Key, S> {
  return Object.fromEntries(keys.map((key) => [key, schema])) as Record<Key, S>;
}

const volume = z.object({
  ...{
    id,
    size: whole,
    state: z.string(),
    created_at: instant,
    volume_image_metadata: anything,
  },
  ...{ ...each(VOLUME_TEXTS, text), ...each(VOLUME_FLAGS, flag), max_iops: number, max_throughput: number },
  servers: z.array(z.object({ id, device: text, attached_at: text })),
  zone: text,
});

const snapshot = z.object({
  ...{ id, volume_id: id, size: whole, created_at: instant, metadata: anything },
  ...each(SNAPSHOT_TEXTS, text),
});

const specs = z.nullish(z.object({ multiattach: text }));
const kind = z.object({ id, name: text, description: text, extra_specs: specs });
const attached = z.object({ id, server_id: id, volume_id: id, device: text, delete_on_termination: flag });
const version = z.object({ id, status: text, not_before: text });
const quotas = z.object(each(QUOTAS, z.object(each(QUOTA, z.int()))));

/** Whether a listing goes on: no address of its links is called. Some services of this kind call them by their items. */
const hasNext = z.pipe(
  z.array(z.unknown()),
  z.transform((links) => links.some((link) => Object(link).rel === "next")),
);
const more = z.optional(z.union([hasNext, odd]));
const page = { links: more, count: z.nullish(z.union([whole, odd])) };

type Many<Key extends string, T> = ResponseParser<Always<Key, readonly T[]>>;
export const volumeAnswer: ResponseParser<WireVolume> = volume;
export const volumesAnswer: ResponseParser<WireVolumes> = z.object({
  volumes: z.array(volume),
  ...page,
  volumes_links: more,
});
export const snapshotAnswer: ResponseParser<WireSnapshot> = snapshot;
export const snapshotsAnswer: ResponseParser<WireSnapshots> = z.object({
  snapshots: z.array(snapshot),
  ...page,
  snapshots_links: more,
});
export const typeAnswer: ResponseParser<WireVolumeType> = kind;
export const typesAnswer: Many<"volume_types", WireVolumeType> = z.object({ volume_types: z.array(kind) });
export const attachedAnswer: ResponseParser<WireServerVolume> = attached;
export const allAttachedAnswer: Many<"volumes", WireServerVolume> = z.object({ volumes: z.array(attached) });
export const versionsAnswer: Many<"versions", WireVersion> = z.object({ versions: z.array(version) });
export const quotasAnswer: ResponseParser<WireQuotaSet> = quotas;
