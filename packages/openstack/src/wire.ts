/** What goes over the wire. Answers are checked for the fields that the code reads; request bodies are plain types. */
import { parseTimestamp } from "@polyvol/core/driver";
import type { ResponseParser } from "@polyvol/core/http";
import * as z from "zod";

type Always<Keys extends string, T> = Readonly<Record<Keys, T>>;
/** Fields that may be null or absent. */
type Maybe<Keys extends string, T> = { readonly [Key in Keys]?: T | null | undefined };
type Texts = Readonly<Record<string, string>>;

const ATTACHMENT = ["attachment_id", "server_id", "host_name", "device", "attached_at"] as const;
const VOLUME = [
  ...(["name", "description", "availability_zone", "volume_type", "snapshot_id"] as const),
  ...(["source_volid", "updated_at", "user_id"] as const),
] as const;
const SNAPSHOT = ["name", "description", "updated_at", "user_id"] as const;
const MESSAGE = [
  ...(["event_id", "user_message", "message_level", "request_id", "resource_uuid", "created_at"] as const),
] as const;
const ENDPOINT = ["interface", "region", "region_id"] as const;

/** A server that has the volume. `attachment_id` is the attachment's own id; a field `id` beside it is the volume's. */
export type WireAttachment = Maybe<(typeof ATTACHMENT)[number], string>;

/** `bootable` is a text, `"true"` or `"false"`. Times are UTC without a zone, with up to six digits after the second. */
export type WireVolume = Always<"id" | "status" | "created_at", string> &
  Always<"size", number> &
  Always<"attachments", readonly WireAttachment[]> &
  Maybe<(typeof VOLUME)[number], string> &
  Maybe<"encrypted" | "multiattach", boolean> &
  Maybe<"bootable", string | boolean> &
  Maybe<"metadata", unknown>;

export type WireSnapshot = Always<"id" | "volume_id" | "status" | "created_at", string> &
  Always<"size", number> &
  Maybe<(typeof SNAPSHOT)[number] | "os-extended-snapshot-attributes:progress", string> &
  Maybe<"metadata", unknown>;

/** Why something failed, under an id of its own. `request_id` is that of the request that began it. */
export type WireMessage = Always<"id", string> & Maybe<(typeof MESSAGE)[number], string>;

/** `extra_specs.multiattach` is `"<is> True"` where volumes of the type can be on several servers. */
export type WireVolumeType = Always<"id", string> &
  Maybe<"name" | "description", string> &
  Maybe<"is_public", boolean> &
  Maybe<"extra_specs", unknown>;

/** An availability zone. */
export type WireZone = Always<"zoneName", string> & Maybe<"zoneState", Maybe<"available", boolean>>;

/** Numbers of volumes and snapshots, and GiB of both together; a limit of -1 is none. */
export type WireQuotaSet = Always<
  "volumes" | "snapshots" | "gigabytes",
  Always<"in_use" | "limit" | "reserved", number>
>;

export type WireVersion = Always<"id", string> & Maybe<"version" | "min_version", string>;

/** A service of the catalogue. */
export type WireService = Maybe<"type", string> &
  Maybe<"endpoints", readonly (Always<"url", string> & Maybe<(typeof ENDPOINT)[number], string>)[]>;

export type WireToken = Always<"expires_at", string> &
  Maybe<"issued_at", string> &
  Maybe<"project", Always<"id", string>> &
  Maybe<"catalog", readonly WireService[]>;

export type CreateVolumeBody = Always<"name", string> &
  Always<"size", number> &
  Always<"metadata", Texts> &
  Maybe<"description" | "volume_type" | "snapshot_id" | "source_volid" | "availability_zone", string>;

export type CreateSnapshotBody = Always<"name" | "volume_id", string> &
  Always<"metadata", Texts> &
  Maybe<"description", string> &
  Maybe<"force", true>;

const id = z.string().min(1);
const text = z.string().nullish();
const flag = z.boolean().nullish();
/** May be absent; what is wrong about it is the business of whoever reads it. */
const anything = z.unknown().optional();
const time = z.string().refine((value) => parseTimestamp(value) !== undefined, "not a time");

function each<Key extends string, S extends z.ZodType>(keys: readonly Key[], schema: S): Record<Key, S> {
  return Object.fromEntries(keys.map((key) => [key, schema])) as Record<Key, S>;
}

const common = { id, status: z.string(), size: z.int().nonnegative(), created_at: time, metadata: anything };
const volume = z.object({
  ...{ ...common, ...each(VOLUME, text), encrypted: flag, multiattach: flag },
  attachments: z.array(z.object(each(ATTACHMENT, text))),
  bootable: z.union([z.string(), z.boolean()]).nullish(),
});
const snapshot = z.object({
  ...{ ...common, ...each(SNAPSHOT, text), volume_id: z.string() },
  "os-extended-snapshot-attributes:progress": text,
});
const type = z.object({ id, name: text, description: text, is_public: flag, extra_specs: anything });
const zone = z.object({ zoneName: z.string(), zoneState: z.object({ available: flag }).nullish() });
const quota = z.object(each(["in_use", "limit", "reserved"] as const, z.int()));
const endpoint = z.object({ ...each(ENDPOINT, text), url: z.string() });
const service = z.object({ type: text, endpoints: z.array(endpoint).nullish() });
const token = z.object({
  ...{ expires_at: time, issued_at: text },
  project: z.object({ id }).nullish(),
  catalog: z.array(service).nullish(),
});

/** Whether a listing goes on. Nothing else of the link is used: its host can be any, and a token must not go there. */
const links = z.array(z.unknown()).transform((all) => all.some((link) => Object(link).rel === "next"));
const next = links.optional().catch(undefined);

type Answer<Key extends string, T> = ResponseParser<Always<Key, T>>;
export type WirePage<Key extends "volumes" | "snapshots", T> = Always<Key, readonly T[]> &
  Maybe<`${Key}_links`, boolean>;

export const volumeAnswer: Answer<"volume", WireVolume> = z.object({ volume });
export const volumesAnswer: ResponseParser<WirePage<"volumes", WireVolume>> = z.object({
  ...{ volumes: z.array(volume), volumes_links: next },
});
export const snapshotAnswer: Answer<"snapshot", WireSnapshot> = z.object({ snapshot });
export const snapshotsAnswer: ResponseParser<WirePage<"snapshots", WireSnapshot>> = z.object({
  ...{ snapshots: z.array(snapshot), snapshots_links: next },
});
export const messagesAnswer: Answer<"messages", readonly WireMessage[]> = z.object({
  messages: z.array(z.object({ id, ...each(MESSAGE, text) })),
});
export const typeAnswer: Answer<"volume_type", WireVolumeType> = z.object({ volume_type: type });
export const typesAnswer: Answer<"volume_types", readonly WireVolumeType[]> = z.object({
  volume_types: z.array(type),
});
export const zonesAnswer: Answer<"availabilityZoneInfo", readonly WireZone[]> = z.object({
  availabilityZoneInfo: z.array(zone),
});
export const quotasAnswer: Answer<"quota_set", WireQuotaSet> = z.object({
  quota_set: z.object(each(["volumes", "snapshots", "gigabytes"] as const, quota)),
});
export const versionsAnswer: Answer<"versions", readonly WireVersion[]> = z.object({
  versions: z.array(z.object({ id, version: text, min_version: text })),
});
export const tokenAnswer: Answer<"token", WireToken> = z.object({ token });
