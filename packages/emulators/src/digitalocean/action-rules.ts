import { notFound, unprocessable } from "./errors.ts";
import type { ActionRecord, ActionType, VolumeRecord } from "./records.ts";
import { sizeOf } from "./render.ts";
import type { ActionBody } from "./requests.ts";
import { checkTags, useTags } from "./tag-rules.ts";
import { checkCapacity, checkSize } from "./volume-rules.ts";
import type { World } from "./world.ts";

const PENDING = "Droplet already has a pending event.";

function checkFree(world: World, volume: VolumeRecord, dropletId: number | undefined): void {
  for (const running of world.running()) {
    if (dropletId !== undefined && running.type !== "resize" && running.dropletId === dropletId) {
      throw unprocessable(PENDING);
    }
    if (running.volumeId === volume.id) throw unprocessable("Volume already has a pending event.");
  }
}

function checkAttach(world: World, volume: VolumeRecord, dropletId: number | undefined): void {
  if (dropletId === undefined || !Number.isInteger(dropletId)) throw unprocessable("droplet_id is required");
  const droplet = world.droplets.get(dropletId);
  if (droplet === undefined) throw notFound();
  if (droplet.region !== volume.region)
    throw unprocessable("The volume and the Droplet are in different regions");
  if (volume.dropletId !== undefined) throw unprocessable("This volume is already attached");
  checkFree(world, volume, dropletId);
  if (world.volumes.by("droplet", String(dropletId)).length >= world.settings.volumesPerDroplet) {
    throw unprocessable("cannot attach more volumes to the Droplet");
  }
}

function checkDetach(world: World, volume: VolumeRecord, dropletId: number | undefined): void {
  if (dropletId === undefined || volume.dropletId !== dropletId) throw unprocessable("Attachment not found");
  checkFree(world, volume, dropletId);
}

function checkResize(world: World, volume: VolumeRecord, size: number | undefined): void {
  const wanted = checkSize(world, size, "resize");
  if (wanted <= volume.sizeGiB) {
    throw unprocessable("failed to resize volume: the new size must be larger than the current size");
  }
  checkFree(world, volume, undefined);
  checkCapacity(world, wanted - volume.sizeGiB, "error resizing volume");
}

function nextOutcome(world: World, type: ActionType): "completed" | "errored" {
  const planned = world.plannedOutcomes.shift();
  return (
    planned ?? (world.settings.erroredActions.some((errored) => errored === type) ? "errored" : "completed")
  );
}

/** Accepts an action on a volume, or throws what the provider answers instead. The effect comes when it ends. */
export function startAction(world: World, volume: VolumeRecord, body: ActionBody, now: number): ActionRecord {
  const { type, region } = body;
  if (type === undefined) throw unprocessable("type must be attach, detach or resize");
  if (region !== undefined && region !== volume.region)
    throw unprocessable("The volume is in another region");
  checkTags(world, body.tags);
  if (type === "attach") checkAttach(world, volume, body.droplet_id);
  else if (type === "detach") checkDetach(world, volume, body.droplet_id);
  else checkResize(world, volume, body.size_gigabytes);

  if (type === "attach" && body.tags.length > 0) {
    const tags = useTags(world, body.tags, "volume", volume.id, now);
    changeVolume(world, volume, { tags: [...new Set([...volume.tags, ...tags])] }, now);
  }
  return beginAction(world, now, {
    type,
    outcome: nextOutcome(world, type),
    region: volume.region,
    volumeId: volume.id,
    dropletId: type === "resize" ? undefined : body.droplet_id,
    sizeGiB: type === "resize" ? body.size_gigabytes : undefined,
  });
}

/** Begins an action that was accepted. */
export function beginAction(
  world: World,
  now: number,
  about: Omit<ActionRecord, "id" | "status" | "startedAt" | "completedAt" | "visibleAt" | "dueAt">,
): ActionRecord {
  const { actionDurationMs, actionVisibleAfterMs } = world.settings;
  const action: ActionRecord = {
    id: world.newActionId(),
    status: "in-progress",
    startedAt: now,
    completedAt: undefined,
    visibleAt: now + actionVisibleAfterMs,
    dueAt: now + actionDurationMs[about.type],
    ...about,
  };
  world.actions.put(action, now);
  world.schedule.add(action.dueAt, () => endAction(world, action));
  world.schedule.runDue(now);
  return world.actions.get(action.id) ?? action;
}

/** Replaces a volume's record by one with other values. */
export function changeVolume(
  world: World,
  volume: VolumeRecord,
  change: Partial<VolumeRecord>,
  at: number,
): void {
  const { text: _, ...rest } = volume;
  world.volumes.put({ ...rest, ...change }, at);
}

/** True when the action could do what it was to do. */
function takeEffect(world: World, action: ActionRecord): boolean {
  if (action.volumeId === undefined) return takeDropletEffect(world, action);
  const volume = world.volumes.get(action.volumeId);
  if (action.outcome === "errored" || volume === undefined) return false;
  if (action.type === "attach") {
    if (action.dropletId === undefined || world.droplets.get(action.dropletId) === undefined) return false;
    changeVolume(world, volume, { dropletId: action.dropletId }, action.dueAt);
  } else if (action.type === "detach") changeVolume(world, volume, { dropletId: undefined }, action.dueAt);
  else changeVolume(world, volume, { sizeGiB: action.sizeGiB ?? volume.sizeGiB }, action.dueAt);
  return true;
}

function takeDropletEffect(world: World, action: ActionRecord): boolean {
  const droplet = action.dropletId === undefined ? undefined : world.droplets.get(action.dropletId);
  if (droplet === undefined) return false;
  if (action.type === "create") {
    world.droplets.put({ ...droplet, status: "active" }, action.dueAt);
    return true;
  }
  world.snapshots.put(
    {
      id: world.newImageId(),
      name: action.snapshotName ?? "",
      resourceType: "droplet",
      resourceId: String(droplet.id),
      regions: [droplet.region],
      homeRegion: droplet.region,
      // Clients find the snapshot of an action by this.
      createdAt: action.startedAt,
      minDiskSize: sizeOf(droplet).disk,
      sizeGB: 1,
      filesystemType: "",
      filesystemLabel: "",
      tags: [],
    },
    action.dueAt,
  );
  return true;
}

function endAction(world: World, action: ActionRecord): void {
  const status = takeEffect(world, action) ? "completed" : "errored";
  world.actions.put({ ...action, status, completedAt: action.dueAt }, action.dueAt);
}
