import type { Inventory } from "../kit/service.ts";
import { actionJson, dropletJson, PLAIN, snapshotJson, timestamp, volumeJson } from "./render.ts";
import type { World } from "./world.ts";

/**
 * Everything that exists, as it goes over the wire, with what the provider does not show beside it: what a volume uses,
 * where a snapshot can be restored and with which file system, and which volume and Droplet an action is about.
 */
export function dumpWorld(world: World, now: number): unknown {
  const { regions } = world;
  return {
    now: timestamp(now),
    volumes: world.volumes
      .all()
      .map((volume) => ({ ...volumeJson(volume, regions, PLAIN), used_gigabytes: volume.usedGB })),
    snapshots: world.snapshots.all().map((snapshot) => ({
      ...snapshotJson(snapshot, PLAIN),
      region: snapshot.homeRegion,
      filesystem_type: snapshot.filesystemType,
      filesystem_label: snapshot.filesystemLabel,
    })),
    actions: world.actions.all().map((action) => ({
      ...actionJson(action, regions, PLAIN),
      volume_id: action.volumeId ?? null,
      droplet_id: action.dropletId ?? null,
    })),
    droplets: world.droplets.all().map((droplet) => dropletJson(droplet, world, PLAIN)),
    tags: world.tags.all().map((tag) => tag.name),
    images: [...world.images].map(Number),
  };
}

/** Volumes and snapshots of volumes. What is there is ready: this provider makes both at once. */
export function inventoryOf(world: World): Inventory {
  return {
    volumes: world.volumes.all().map(({ id, name, sizeGiB }) => ({ id, name, sizeGiB, ready: true })),
    snapshots: world.snapshots.by("type", "volume").map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      volumeId: snapshot.resourceId,
      sizeGiB: snapshot.minDiskSize,
      ready: true,
    })),
  };
}
