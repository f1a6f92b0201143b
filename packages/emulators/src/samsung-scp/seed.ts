import { check, InvalidInput } from "../kit/validation.ts";
import { hexOf } from "./auth.ts";
import { nextDevice } from "./devices.ts";
import type { Attachment, SnapshotRecord, VolumeRecord } from "./records.ts";
import { type SamsungScpSeed, type SeedSnapshot, type SeedVolume, seedSchema } from "./seed-schema.ts";
import type { Account, World } from "./world.ts";

/** Adds data to begin with; throws `InvalidInput` naming the place that is wrong, and then adds nothing. */
export function addSeed(world: World, data: unknown, now: number): void {
  const seed = check(seedSchema, data, "seed");
  const account = world.account(seed.account_id ?? world.defaultAccountId);
  checkIds(account, seed);
  const servers = new Set([...account.servers.keys(), ...(seed.servers ?? []).flatMap(({ id }) => id ?? [])]);
  for (const [index, volume] of (seed.volumes ?? []).entries()) checkVolume(world, servers, volume, index);
  const ids = (seed.volumes ?? []).map(({ id }) => id ?? world.newId());
  const owners = (seed.snapshots ?? []).map((snapshot, index) =>
    ownerOf(account, seed, ids, snapshot, index),
  );

  const { volumes = 0, snapshots = 0 } = seed.generate ?? {};
  if (snapshots > 0 && volumes + ids.length + account.volumes.size === 0)
    throw new InvalidInput("seed.generate.snapshots: needs volumes to spread them over");

  for (const { os_disk_size: osDiskSize, ...server } of seed.servers ?? [])
    world.addServer({ ...server, osDiskSize }, now, account.id);
  for (const [index, volume] of (seed.volumes ?? []).entries())
    addVolume(world, account, { ...volume, id: ids[index] ?? world.newId() }, now);
  for (const [index, snapshot] of (seed.snapshots ?? []).entries())
    addSnapshot(world, account, owners[index] ?? "", snapshot, now);
  for (const rule of seed.failures ?? []) world.addFailure(rule);
  generate(world, account, volumes, snapshots, now);
}

function checkIds(account: Account, { servers = [], volumes = [], snapshots = [] }: SamsungScpSeed): void {
  const kinds = [
    ["servers", servers, (id: string) => account.servers.has(id)],
    ["volumes", volumes, (id: string) => account.volumes.get(id) !== undefined],
    ["snapshots", snapshots, (id: string) => account.snapshots.get(id) !== undefined],
  ] as const;
  for (const [kind, items, isTaken] of kinds) {
    const seen = new Set<string>();
    for (const [index, { id }] of items.entries()) {
      if (id === undefined) continue;
      if (seen.has(id) || isTaken(id)) throw new InvalidInput(`seed.${kind}[${index}].id: ${id} is taken`);
      seen.add(id);
    }
  }
}

function checkVolume(world: World, servers: ReadonlySet<string>, volume: SeedVolume, index: number): void {
  const types = world.settings.volumeTypes.map(({ name }) => name);
  const { volume_type: volumeType, server_ids: serverIds = [] } = volume;
  if (volumeType !== undefined && !types.includes(volumeType))
    throw new InvalidInput(`seed.volumes[${index}].volume_type: must be ${types.join(" or ")}`);
  for (const id of serverIds)
    if (!servers.has(id))
      throw new InvalidInput(`seed.volumes[${index}].server_ids: there is no server ${id}`);
}

/** The id of the volume that a snapshot names, among those there and those to come. */
function ownerOf(
  account: Account,
  { volumes = [] }: SamsungScpSeed,
  ids: readonly string[],
  { volume_id: volumeId, volume_name: volumeName }: SeedSnapshot,
  index: number,
): string {
  const place = `seed.snapshots[${index}]`;
  if (volumeId !== undefined) {
    if (account.volumes.get(volumeId) !== undefined || ids.includes(volumeId)) return volumeId;
    throw new InvalidInput(`${place}.volume_id: there is no volume ${volumeId}`);
  }
  const present = account.volumes.ordered
    .filter(({ value }) => value.name === volumeName)
    .map(({ id }) => id);
  const coming = volumes.flatMap(({ name }, at) => (name === volumeName ? (ids[at] ?? []) : []));
  const [owner, ...more] = [...present, ...coming];
  if (owner === undefined || more.length > 0)
    throw new InvalidInput(
      `${place}.volume_name: ${more.length + (owner ? 1 : 0)} volumes are named ${volumeName}`,
    );
  return owner;
}

function addVolume(world: World, account: Account, volume: SeedVolume & { id: string }, now: number): void {
  const { settings } = world;
  const { server_ids: serverIds = [] } = volume;
  const type =
    settings.volumeTypes.find(({ name }) => name === volume.volume_type) ?? settings.defaultVolumeType;
  const createdAt = volume.created_at === undefined ? now : Date.parse(volume.created_at);
  const attachments = serverIds.map((serverId): Attachment => {
    const used = devicesOf(account, serverId);
    account.servers.get(serverId)?.volumeIds.add(volume.id);
    return {
      id: world.newId(),
      serverId,
      device: nextDevice(used),
      deleteOnTermination: false,
      attachedAt: now,
    };
  });
  const record: VolumeRecord = {
    id: volume.id,
    name: volume.name,
    size: volume.size ?? 8,
    state: volume.state ?? (serverIds.length > 0 ? "in-use" : "available"),
    bootable: volume.bootable ?? false,
    type,
    userId: hexOf(account.id),
    snapshotId: volume.snapshot_id ?? null,
    createdAt,
    modifiedAt: createdAt,
    imageMetadata: null,
    maxIops: type.provisioned ? (volume.max_iops ?? 5000) : null,
    maxThroughput: type.provisioned ? (volume.max_throughput ?? 250) : null,
    zone: settings.zone,
    tags: (volume.tags ?? []).map(({ key, value }) => ({ key, value: value ?? null })),
    attachments,
  };
  account.volumes.add(record, createdAt);
}

function devicesOf(account: Account, serverId: string): string[] {
  const volumeIds = [...(account.servers.get(serverId)?.volumeIds ?? [])];
  return volumeIds.flatMap((id) =>
    (account.volumes.get(id)?.attachments ?? [])
      .filter((one) => one.serverId === serverId)
      .map((one) => one.device),
  );
}

function addSnapshot(
  world: World,
  account: Account,
  volumeId: string,
  snapshot: Omit<SeedSnapshot, "volume_id" | "volume_name">,
  now: number,
): void {
  const volume = account.volumes.get(volumeId);
  if (volume === undefined) throw new Error(`There is no volume ${volumeId}.`);
  const createdAt = snapshot.created_at === undefined ? now : Date.parse(snapshot.created_at);
  const record: SnapshotRecord = {
    id: snapshot.id ?? world.newId(),
    volumeId,
    name: snapshot.name,
    description: snapshot.description ?? null,
    size: snapshot.size ?? volume.size,
    status: snapshot.status ?? "available",
    metadata: snapshot.metadata ?? null,
    userId: volume.userId,
    createdAt,
    updatedAt: createdAt,
    type: volume.type,
    bootable: volume.bootable,
    imageMetadata: volume.imageMetadata,
  };
  account.snapshots.add(record, createdAt);
}

/**
 * Made-up items are a second apart, the last one a second ago. Snapshots go to the made-up volumes, or to all
 * volumes when none are made up.
 */
function generate(world: World, account: Account, volumes: number, snapshots: number, now: number): void {
  const ago = (count: number, index: number): string => new Date(now - (count - index) * 1000).toISOString();
  const numbered = (kind: string, index: number): string => `${kind}-${String(index + 1).padStart(6, "0")}`;
  const ids = volumes > 0 ? [] : account.volumes.ordered.map(({ id }) => id);
  for (let index = 0; index < volumes; index += 1) {
    const id = world.newId();
    ids.push(id);
    const created_at = ago(volumes + snapshots, index);
    addVolume(world, account, { id, name: numbered("volume", index), created_at }, now);
  }
  for (let index = 0; index < snapshots; index += 1) {
    const created_at = ago(snapshots, index);
    addSnapshot(
      world,
      account,
      ids[index % ids.length] ?? "",
      { name: numbered("snapshot", index), created_at },
      now,
    );
  }
}
