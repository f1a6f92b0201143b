import { actionJson, dropletJson, PLAIN, snapshotJson, timestamp, volumeJson } from "./render.ts";
import type { World } from "./world.ts";

/**
 * Everything that exists, as it goes over the wire. Actions also say which volume and Droplet they are about, which
 * the provider does not.
 */
export function dumpWorld(world: World, now: number): unknown {
  const { regions } = world;
  return {
    now: timestamp(now),
    volumes: world.volumes.all().map((volume) => volumeJson(volume, regions, PLAIN)),
    snapshots: world.snapshots.all().map((snapshot) => snapshotJson(snapshot, PLAIN)),
    actions: world.actions.all().map((action) => ({
      ...actionJson(action, regions, PLAIN),
      volume_id: action.volumeId ?? null,
      droplet_id: action.dropletId ?? null,
    })),
    droplets: world.droplets.all().map((droplet) => dropletJson(droplet, world, PLAIN)),
    tags: world.tags.all().map((tag) => tag.name),
  };
}
