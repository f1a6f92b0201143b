import { apiError, conflict, unprocessable } from "./errors.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";
import type { CreateSnapshotBody } from "./requests.ts";
import { checkTags, useTags } from "./tag-rules.ts";
import { checkCapacity } from "./volume-rules.ts";
import type { World } from "./world.ts";

/** A span as the provider's services write it: 600,000 ms is `10m0s`. */
function spanText(ms: number): string {
  const seconds = ms / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

function checkName(world: World, name: string, volume: VolumeRecord): void {
  const { snapshotNameScope } = world.settings;
  if (snapshotNameScope === "none") return;
  const namesakes = world.snapshots.by("name", name).filter(({ resourceType }) => resourceType === "volume");
  const taken = namesakes.some(
    ({ resourceId }) => snapshotNameScope === "account" || resourceId === volume.id,
  );
  if (taken) throw conflict("failed to create snapshot: already exists");
}

function checkInterval(world: World, volume: VolumeRecord, now: number): void {
  const { snapshotIntervalMs, snapshotRetryAfter } = world.settings;
  const last = world.lastSnapshotAt.get(volume.id);
  if (last === undefined || now - last >= snapshotIntervalMs) return;
  const span = spanText(snapshotIntervalMs);
  const wait = String(Math.ceil((last + snapshotIntervalMs - now) / 1000));
  throw apiError(
    429,
    `failed to create snapshot: this operation is rate-limited - one request per ${span}`,
    snapshotRetryAfter ? { "retry-after": wait } : {},
  );
}

function checkCount(world: World, volume: VolumeRecord): void {
  const { snapshotsPerVolume, snapshotLimitStatus } = world.settings;
  if (snapshotsPerVolume === 0) return;
  if (world.snapshots.by("resource", volume.id).length < snapshotsPerVolume) return;
  throw apiError(
    snapshotLimitStatus,
    `failed to create snapshot: a volume cannot have more than ${snapshotsPerVolume} snapshots`,
  );
}

/** Takes a snapshot, finished at once, or throws what the provider answers instead. */
export function createSnapshot(
  world: World,
  volume: VolumeRecord,
  body: CreateSnapshotBody,
  now: number,
): SnapshotRecord {
  const { name } = body;
  if (name === undefined) throw unprocessable("failed to create snapshot: a name is required");
  checkTags(world, body.tags);
  if (world.settings.snapshotCheckFirst === "interval") checkInterval(world, volume, now);
  checkName(world, name, volume);
  checkInterval(world, volume, now);
  checkCount(world, volume);
  checkCapacity(world, volume.sizeGiB, "failed to create snapshot");

  const id = world.newId();
  const snapshot: SnapshotRecord = {
    id,
    name,
    resourceType: "volume",
    resourceId: volume.id,
    regions: [world.settings.snapshotRegionNames[volume.region] ?? volume.region],
    homeRegion: volume.region,
    createdAt: now,
    minDiskSize: volume.sizeGiB,
    sizeGB: volume.usedGB,
    filesystemType: volume.filesystemType,
    filesystemLabel: volume.filesystemLabel,
    tags: useTags(world, body.tags, "volume_snapshot", id, now),
  };
  world.snapshots.put(snapshot, now);
  world.lastSnapshotAt.set(volume.id, now);
  return snapshot;
}
