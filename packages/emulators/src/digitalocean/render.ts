import { createRecordTexts } from "../kit/record-texts.ts";
import type { Inventory } from "../kit/service.ts";
import type { ActionRecord, DropletRecord, SnapshotRecord, VolumeRecord } from "./records.ts";
import type { Regions } from "./regions.ts";
import type { State } from "./state.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the reader of an answer may see, and whether the answer is that to a creation. */
export interface View {
  /** Tags are shown. */
  readonly tags: boolean;
  /** The sizes of Droplets in regions are shown. */
  readonly sizes: boolean;
  /** Empty lists are null, as the live service answers a creation. */
  readonly nulls: boolean;
}

/** Everything shown, nothing null. */
const PLAIN: View = { tags: true, sizes: true, nulls: false };

/** Whole seconds, UTC: `2026-08-01T10:00:00Z`. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function list<Item>(items: readonly Item[], view: View): readonly Item[] | null {
  return items.length === 0 && view.nulls ? null : items;
}

function volumeJson(volume: VolumeRecord, regions: Regions, view: View): Json {
  return {
    id: volume.id,
    region: regions.json(volume.region, view.sizes),
    droplet_ids: list(volume.dropletId === undefined ? [] : [volume.dropletId], view),
    name: volume.name,
    description: volume.description,
    size_gigabytes: volume.sizeGiB,
    created_at: timestamp(volume.createdAt),
    filesystem_type: volume.filesystemType,
    filesystem_label: volume.filesystemLabel,
    tags: list(view.tags ? volume.tags : [], view),
  };
}

function snapshotJson(snapshot: SnapshotRecord, view: View): Json {
  return {
    id: snapshot.id,
    name: snapshot.name,
    regions: snapshot.regions,
    created_at: timestamp(snapshot.createdAt),
    resource_id: snapshot.resourceId,
    resource_type: snapshot.resourceType,
    min_disk_size: snapshot.minDiskSize,
    size_gigabytes: snapshot.sizeGB,
    tags: list(view.tags ? snapshot.tags : [], view),
  };
}

const textOf = createRecordTexts<VolumeRecord | SnapshotRecord>();

/** The record as JSON text; the usual view of it is kept, because lists ask for it again and again. */
export function volumeText(volume: VolumeRecord, regions: Regions, view: View): string {
  if (!(view.tags && view.sizes) || view.nulls) return JSON.stringify(volumeJson(volume, regions, view));
  return textOf(volume, () => volumeJson(volume, regions, PLAIN));
}

export function snapshotText(snapshot: SnapshotRecord, view: View): string {
  if (!view.tags || view.nulls) return JSON.stringify(snapshotJson(snapshot, view));
  return textOf(snapshot, () => snapshotJson(snapshot, PLAIN));
}

export function actionJson(action: ActionRecord, regions: Regions, view: View): Json {
  const onVolume = action.volumeId !== undefined;
  return {
    id: action.id,
    status: action.status,
    type: onVolume ? `${action.type}_volume` : action.type,
    started_at: timestamp(action.startedAt),
    completed_at: action.completedAt === undefined ? null : timestamp(action.completedAt),
    // A volume's id is no integer, so it is not here; a Droplet's is.
    resource_id: onVolume ? null : (action.dropletId ?? null),
    resource_type: onVolume ? "backend" : "droplet",
    region: regions.json(action.region, view.sizes),
    region_slug: action.region,
  };
}

/** What a size slug such as `s-2vcpu-4gb` says; others count as the smallest. */
export function sizeOf({ size }: DropletRecord): { vcpus: number; memory: number; disk: number } {
  const [, vcpus = "1", memory = "1"] = /-(\d+)vcpu-(\d+)gb/.exec(size) ?? [];
  return { vcpus: Number(vcpus), memory: 1024 * Number(memory), disk: 25 };
}

function networks(features: readonly string[]): Record<"v4" | "v6", readonly object[]> {
  const v4 = { netmask: "255.255.255.0", gateway: "192.0.2.254" };
  const inside = { ip_address: "10.0.0.2", netmask: "255.255.0.0", gateway: "10.0.0.1", type: "private" };
  const v6 = { ip_address: "2001:db8::1", netmask: 64, gateway: "2001:db8::", type: "public" };
  return {
    v4: [
      { ip_address: "192.0.2.1", ...v4, type: "public" },
      ...(features.includes("private_networking") ? [inside] : []),
    ],
    v6: features.includes("ipv6") ? [v6] : [],
  };
}

/** A Droplet with what clients read of one; there is no machine behind it. */
export function dropletJson(droplet: DropletRecord, state: State, view: View): Json {
  const { id, name, region, createdAt, tags, features, size, status, image } = droplet;
  const { vcpus, memory, disk } = sizeOf(droplet);
  const named = typeof image === "string" ? { id: 1, slug: image } : { id: image, slug: null };
  return {
    id,
    name,
    memory,
    vcpus,
    disk,
    locked: false,
    status,
    kernel: null,
    created_at: timestamp(createdAt),
    features,
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: state.snapshots.by("resource", String(id)).map((snapshot) => Number(snapshot.id)),
    image: {
      ...named,
      name: "emulated",
      distribution: "Debian",
      public: true,
      type: "base",
      regions: [region],
      min_disk_size: 1,
      size_gigabytes: 1,
      created_at: timestamp(0),
    },
    volume_ids: state.volumes.by("droplet", String(id)).map((volume) => volume.id),
    size: {
      slug: size,
      memory,
      vcpus,
      disk,
      transfer: 1,
      available: true,
      price_monthly: 6,
      price_hourly: 0.00893,
      regions: [region],
    },
    size_slug: size,
    networks: networks(features),
    region: state.regions.json(region, view.sizes),
    tags: view.tags ? tags : [],
    vpc_uuid: "",
  };
}

/** The snapshot of a Droplet as the list of that Droplet shows it: an image, whose id is a number. */
export function imageJson(snapshot: SnapshotRecord): Json {
  return {
    id: Number(snapshot.id),
    name: snapshot.name,
    distribution: "Debian",
    slug: null,
    public: false,
    regions: snapshot.regions,
    created_at: timestamp(snapshot.createdAt),
    min_disk_size: snapshot.minDiskSize,
    size_gigabytes: snapshot.sizeGB,
    type: "snapshot",
  };
}

/**
 * Everything that exists, as it goes over the wire, with what the provider does not show beside it: what a volume uses,
 * where a snapshot can be restored and with which file system, and which volume and Droplet an action is about.
 */
export function dumpState(state: State, now: number): unknown {
  const { regions } = state;
  return {
    now: timestamp(now),
    volumes: state.volumes
      .all()
      .map((volume) => ({ ...volumeJson(volume, regions, PLAIN), used_gigabytes: volume.usedGB })),
    snapshots: state.snapshots.all().map((snapshot) => ({
      ...snapshotJson(snapshot, PLAIN),
      region: snapshot.homeRegion,
      filesystem_type: snapshot.filesystemType,
      filesystem_label: snapshot.filesystemLabel,
    })),
    actions: state.actions.all().map((action) => ({
      ...actionJson(action, regions, PLAIN),
      volume_id: action.volumeId ?? null,
      droplet_id: action.dropletId ?? null,
    })),
    droplets: state.droplets.all().map((droplet) => dropletJson(droplet, state, PLAIN)),
    tags: state.tags.all().map((tag) => tag.name),
    images: [...state.images].map(Number),
  };
}

/** Volumes and snapshots of volumes. What is there is ready: this provider makes both at once. */
export function inventoryOf(state: State): Inventory {
  return {
    volumes: state.volumes.all().map(({ id, name, sizeGiB, dropletId }) => ({
      id,
      name,
      sizeGiB,
      ready: true,
      serverIds: dropletId === undefined ? [] : [String(dropletId)],
    })),
    snapshots: state.snapshots.by("type", "volume").map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      volumeId: snapshot.resourceId,
      sizeGiB: snapshot.minDiskSize,
      ready: true,
    })),
  };
}
