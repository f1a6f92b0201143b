import type { ActionRecord, DropletRecord, SnapshotRecord, VolumeRecord } from "./records.ts";
import type { RegionJson, Regions } from "./regions.ts";
import type { World } from "./world.ts";

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
export const PLAIN: View = { tags: true, sizes: true, nulls: false };

/** Whole seconds, UTC: `2026-08-01T10:00:00Z`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function list<Item>(items: readonly Item[], view: View): readonly Item[] | null {
  return items.length === 0 && view.nulls ? null : items;
}

export interface VolumeJson {
  readonly id: string;
  readonly region: RegionJson;
  readonly droplet_ids: readonly number[] | null;
  readonly name: string;
  readonly description: string;
  readonly size_gigabytes: number;
  readonly created_at: string;
  readonly filesystem_type: string;
  readonly filesystem_label: string;
  readonly tags: readonly string[] | null;
}

export function volumeJson(volume: VolumeRecord, regions: Regions, view: View): VolumeJson {
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

export interface SnapshotJson {
  readonly id: string;
  readonly name: string;
  readonly regions: readonly string[];
  readonly created_at: string;
  readonly resource_id: string;
  readonly resource_type: "volume" | "droplet";
  readonly min_disk_size: number;
  readonly size_gigabytes: number;
  readonly tags: readonly string[] | null;
}

export function snapshotJson(snapshot: SnapshotRecord, view: View): SnapshotJson {
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

/** The record as JSON text; the usual view of it is kept, because lists ask for it again and again. */
export function volumeText(volume: VolumeRecord, regions: Regions, view: View): string {
  if (!(view.tags && view.sizes) || view.nulls) return JSON.stringify(volumeJson(volume, regions, view));
  volume.text ??= JSON.stringify(volumeJson(volume, regions, PLAIN));
  return volume.text;
}

export function snapshotText(snapshot: SnapshotRecord, view: View): string {
  if (!view.tags || view.nulls) return JSON.stringify(snapshotJson(snapshot, view));
  snapshot.text ??= JSON.stringify(snapshotJson(snapshot, PLAIN));
  return snapshot.text;
}

export interface ActionJson {
  readonly id: number;
  readonly status: ActionRecord["status"];
  readonly type: string;
  readonly started_at: string;
  readonly completed_at: string | null;
  /** A volume's id is no integer, so it is not here. */
  readonly resource_id: null;
  readonly resource_type: "backend";
  readonly region: RegionJson;
  readonly region_slug: string;
}

export function actionJson(action: ActionRecord, regions: Regions, view: View): ActionJson {
  return {
    id: action.id,
    status: action.status,
    type: `${action.type}_volume`,
    started_at: timestamp(action.startedAt),
    completed_at: action.completedAt === undefined ? null : timestamp(action.completedAt),
    resource_id: null,
    resource_type: "backend",
    region: regions.json(action.region, view.sizes),
    region_slug: action.region,
  };
}

const SIZE = { slug: "s-1vcpu-1gb", memory: 1024, vcpus: 1, disk: 25, transfer: 1, available: true };
const IMAGE = {
  id: 1,
  name: "emulated",
  distribution: "Debian",
  slug: "debian-13-x64",
  public: true,
  type: "base",
};

/** A Droplet with what clients read of one; there is no machine behind it. */
export function dropletJson(droplet: DropletRecord, world: World, view: View): Record<string, unknown> {
  const { id, name, region, createdAt, tags } = droplet;
  const region_json = world.regions.json(region, view.sizes);
  return {
    id,
    name,
    memory: SIZE.memory,
    vcpus: SIZE.vcpus,
    disk: SIZE.disk,
    locked: false,
    status: "active",
    kernel: null,
    created_at: timestamp(createdAt),
    features: [],
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: [...world.snapshots.by("resource", String(id))].map((snapshot) => Number(snapshot.id)),
    image: { ...IMAGE, regions: [region], min_disk_size: 1, size_gigabytes: 1, created_at: timestamp(0) },
    volume_ids: [...world.volumes.by("droplet", String(id))].map((volume) => volume.id),
    size: { ...SIZE, price_monthly: 6, price_hourly: 0.00893, regions: [region] },
    size_slug: SIZE.slug,
    networks: {
      v4: [{ ip_address: "192.0.2.1", netmask: "255.255.255.0", gateway: "192.0.2.254", type: "public" }],
      v6: [],
    },
    region: region_json,
    tags: view.tags ? tags : [],
    vpc_uuid: "",
  };
}
