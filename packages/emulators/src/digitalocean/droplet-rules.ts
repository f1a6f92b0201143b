import { beginAction, changeVolume } from "./action-rules.ts";
import { notFound, unprocessable } from "./errors.ts";
import type { ActionRecord, DropletRecord, VolumeRecord } from "./records.ts";
import type { CreateDropletBody } from "./requests.ts";
import { checkTags, useTags } from "./tag-rules.ts";
import type { World } from "./world.ts";

/** Letters, digits, dots and dashes, as a host may be named. */
const HOST_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?$/;
/** How many Droplets one request may ask for. */
const MOST_AT_ONCE = 10;

/** A Droplet that was begun, and the action that brings it up. */
export interface NewDroplet {
  readonly droplet: DropletRecord;
  readonly action: ActionRecord;
}

/** Begins to create Droplets, one for each name, or throws what the provider answers instead. */
export function createDroplets(world: World, body: CreateDropletBody, now: number): readonly NewDroplet[] {
  const { region, size, image } = body;
  const names = body.names ?? (body.name === undefined ? [] : [body.name]);
  if (names.length === 0 || names.length > MOST_AT_ONCE || !names.every((name) => HOST_NAME.test(name)))
    throw unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet creation.");
  if (image === undefined) throw unprocessable("You specified an invalid image for Droplet creation.");
  if (region === undefined || !world.regions.has(region) || !world.regions.json(region, false).available)
    throw unprocessable("Region is not available.");
  checkTags(world, body.tags);
  const volumes = volumesFor(world, region, body.volumes);
  if (volumes.length > 0 && names.length > 1)
    throw unprocessable("Volumes cannot be attached to several Droplets at once.");
  const features = (["backups", "ipv6", "monitoring", "private_networking"] as const).filter(
    (feature) => body[feature] === true,
  );
  return names.map((name) => {
    const id = world.newDropletId();
    const tags = useTags(world, body.tags, "droplet", String(id), now);
    world.droplets.put({ id, name, region, size, image, features, tags, createdAt: now, status: "new" }, now);
    for (const volume of volumes) changeVolume(world, volume, { dropletId: id }, now);
    const action = beginAction(world, now, {
      type: "create",
      outcome: "completed",
      region,
      volumeId: undefined,
      dropletId: id,
      sizeGiB: undefined,
    });
    return { droplet: dropletOf(world, id), action };
  });
}

function volumesFor(world: World, region: string, ids: readonly string[]): readonly VolumeRecord[] {
  const volumes = ids.map((id) => {
    const volume = world.volumes.get(id);
    if (volume === undefined) throw unprocessable(`Volume ${id} does not exist.`);
    const busy = volume.dropletId !== undefined || world.running().some(({ volumeId }) => volumeId === id);
    if (busy) throw unprocessable("This volume is already attached");
    if (volume.region !== region) throw unprocessable("The volume and the Droplet are in different regions");
    return volume;
  });
  if (new Set(ids).size < ids.length) throw unprocessable("A volume is given twice.");
  if (volumes.length > world.settings.volumesPerDroplet)
    throw unprocessable("cannot attach more volumes to the Droplet");
  return volumes;
}

/** The Droplet of a number, or 404. */
export function dropletOf(world: World, id: number): DropletRecord {
  const droplet = world.droplets.get(id);
  if (droplet === undefined) throw notFound();
  return droplet;
}

/** Begins to take a snapshot of a Droplet. */
export function snapshotDroplet(
  world: World,
  droplet: DropletRecord,
  name: string | undefined,
  now: number,
): ActionRecord {
  if (world.running().some(({ dropletId }) => dropletId === droplet.id))
    throw unprocessable("Droplet already has a pending event.");
  return beginAction(world, now, {
    type: "snapshot",
    outcome: "completed",
    region: droplet.region,
    volumeId: undefined,
    dropletId: droplet.id,
    sizeGiB: undefined,
    snapshotName: name ?? `${droplet.name}-${now}`,
  });
}

/** Destroys a Droplet; its volumes are detached and stay. */
export function destroyDroplet(world: World, id: number, now: number): void {
  if (world.droplets.remove(id, now) === undefined) throw notFound();
  for (const volume of [...world.volumes.by("droplet", String(id))]) {
    changeVolume(world, volume, { dropletId: undefined }, now);
  }
}
