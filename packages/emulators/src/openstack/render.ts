import type { Inventory } from "../kit/service.ts";
import type { Minor } from "./api-versions.ts";
import type { AttachmentRecord, Instant, MessageRecord, SnapshotRecord, VolumeRecord } from "./records.ts";
import { idOfName, type State } from "./state.ts";

/** How records are shown: in which version, at which address, from which database. */
export interface View {
  readonly version: Minor;
  readonly base: string;
  readonly wholeSeconds: boolean;
}

/** UTC without a zone; with microseconds where the database keeps them. */
function timestamp(instant: Instant, wholeSeconds = false): string {
  const milliseconds = Math.floor(instant);
  const text = new Date(milliseconds).toISOString().slice(0, -1);
  const micro = Math.round((instant - milliseconds) * 1_000);
  return wholeSeconds
    ? `${text.slice(0, 19)}.000000`
    : `${text}${String(Math.min(micro, 999)).padStart(3, "0")}`;
}

const stamp = (instant: Instant | null, { wholeSeconds }: View): string | null =>
  instant === null ? null : timestamp(instant, wholeSeconds);

function attachmentJson(attachment: AttachmentRecord, volumeId: string, view: View): Record<string, unknown> {
  return {
    // The service puts the volume's id here, and the attachment's own beside it.
    id: volumeId,
    attachment_id: attachment.id,
    volume_id: volumeId,
    server_id: attachment.serverId,
    // Who attached it to a host is told to administrators only.
    host_name: null,
    device: attachment.device,
    attached_at: stamp(attachment.attachedAt, view),
  };
}

/** A volume as `GET` shows it. `created`: as the answer to its creation, which lacks the project. */
export function volumeJson(volume: VolumeRecord, view: View, created = false): Record<string, unknown> {
  const path = `${volume.projectId}/volumes/${volume.id}`;
  const newer = (since: Minor, fields: object): object => (view.version >= since ? fields : {});
  return {
    id: volume.id,
    status: volume.status,
    size: volume.sizeGiB,
    availability_zone: volume.zone,
    created_at: created ? timestamp(volume.createdAt) : stamp(volume.createdAt, view),
    updated_at: stamp(volume.updatedAt, view),
    name: volume.name,
    description: volume.description,
    volume_type: volume.type,
    snapshot_id: volume.snapshotId,
    source_volid: volume.sourceVolumeId,
    metadata: { ...volume.metadata, ...volume.shownMetadata },
    links: [
      { rel: "self", href: `${view.base}/v3/${path}` },
      { rel: "bookmark", href: `${view.base}/${path}` },
    ],
    user_id: volume.userId,
    bootable: String(volume.isBootable),
    encrypted: false,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: volume.type === "multiattach",
    attachments: volume.attachments.map((attachment) => attachmentJson(attachment, volume.id, view)),
    ...(created ? {} : { "os-vol-tenant-attr:tenant_id": volume.projectId }),
    ...newer(13, { group_id: null }),
    ...newer(48, { shared_targets: !volume.wasMade, service_uuid: volume.wasMade ? SERVICE_ID : null }),
    ...newer(63, { volume_type_id: typeIdOf(volume.type) }),
    ...newer(65, { consumes_quota: true }),
  };
}

/** A snapshot as `GET` and lists show it. `created`: as the answer to its creation. */
export function snapshotJson(snapshot: SnapshotRecord, view: View, created = false): Record<string, unknown> {
  const newer = (since: Minor, fields: object): object => (view.version >= since ? fields : {});
  const extended = {
    "os-extended-snapshot-attributes:progress": snapshot.wasMade ? "100%" : "0%",
    "os-extended-snapshot-attributes:project_id": snapshot.projectId,
  };
  return {
    id: snapshot.id,
    created_at: created ? timestamp(snapshot.createdAt) : stamp(snapshot.createdAt, view),
    updated_at: stamp(snapshot.updatedAt, view),
    name: snapshot.name,
    description: snapshot.description,
    volume_id: snapshot.volumeId,
    status: snapshot.status,
    size: snapshot.sizeGiB,
    metadata: snapshot.metadata,
    ...(created ? {} : extended),
    ...newer(14, { group_snapshot_id: null }),
    ...newer(41, { user_id: snapshot.userId }),
    ...newer(65, { consumes_quota: true }),
  };
}

/** The id of a volume type, made from its name. */
export function typeIdOf(name: string): string {
  return idOfName("type", name).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Of the volume service that all volumes are on. */
const SERVICE_ID = "f9f9f83a-d6e6-48d7-b513-5845fb11857a";

const THIRTY_DAYS_MS = 30 * 86_400_000;

export function messageJson(message: MessageRecord, view: View): Record<string, unknown> {
  return {
    id: message.id,
    event_id: message.eventId,
    user_message: message.userMessage,
    message_level: "ERROR",
    created_at: stamp(message.createdAt, view),
    guaranteed_until: stamp(message.createdAt + THIRTY_DAYS_MS, view),
    request_id: message.requestId,
    resource_type: message.resourceType,
    resource_uuid: message.resourceId,
    links: [],
  };
}

/** Everything that exists, with the names of the wire, and the project of each beside it. */
export function dumpState(state: State, now: number): unknown {
  const view: View = { version: 70, base: "", wholeSeconds: false };
  const without = ({ links: _, ...rest }: Record<string, unknown>): object => rest;
  return {
    now: new Date(now).toISOString(),
    volumes: state.volumes.all().map((volume) => ({
      ...without(volumeJson(volume, view)),
      attachments: volume.attachments.map((each) => ({
        ...attachmentJson(each, volume.id, view),
        host_name: each.hostName,
      })),
    })),
    snapshots: state.snapshots.all().map((snapshot) => without(snapshotJson(snapshot, view))),
    messages: state.messages.all().map((message) => without(messageJson(message, view))),
  };
}

/** Volumes and snapshots of all projects. */
export function inventoryOf(state: State): Inventory {
  const ready = (status: string): boolean => status === "available" || status === "in-use";
  return {
    volumes: state.volumes.all().map(({ id, name, sizeGiB, status, attachments }) => ({
      id,
      name: name ?? "",
      sizeGiB,
      ready: ready(status),
      serverIds: attachments.map((each) => each.serverId ?? each.hostName ?? ""),
    })),
    snapshots: state.snapshots.all().map(({ id, name, volumeId, sizeGiB, status }) => ({
      id,
      name: name ?? "",
      volumeId,
      sizeGiB,
      ready: ready(status),
    })),
  };
}
