import { nextDevice } from "../kit/device-names.ts";
import { freeId } from "../kit/ids.ts";
import { InvalidInput, idsOfSeed } from "../kit/validation.ts";
import { hexOf } from "./auth.ts";
import type { Attachment, SnapshotRecord, VolumeRecord } from "./records.ts";
import { parseSeeds, type Seed, type SnapshotSeed, type VolumeSeed } from "./seed-schema.ts";
import type { Account, State } from "./state.ts";
import { setServerVolumes } from "./work.ts";

/**
 * Adds data to begin with, or what a `state()` holds; throws `InvalidInput` naming the place that is wrong, and then adds
 * nothing.
 */
export function addSeed(state: State, data: unknown, now: number): void {
  const seeds = parseSeeds(data, state);
  for (const seed of seeds) idsOf(seed, state.account(seed.account_id ?? state.defaultAccountId));
  for (const seed of seeds) addOne(state, seed, now);
}

function addOne(state: State, seed: Seed, now: number): void {
  const account = state.account(seed.account_id ?? state.defaultAccountId);
  const given = idsOf(seed, account);
  const newId = (): string => freeId(state.newId, (id) => given.has(id));
  const volumes = seed.volumes.map((volume) => ({ ...volume, id: volume.id ?? newId() }));
  checkVolumes(state, account, seed);
  const snapshots = seed.snapshots.map((snapshot, index) => ({
    ...snapshot,
    id: snapshot.id ?? newId(),
    volumeId: volumeIdOf(account, volumes, snapshot, `seed.snapshots[${index}]`),
  }));
  if (seed.generate.snapshots > 0 && seed.generate.volumes + volumes.length + account.volumes.size === 0)
    throw new InvalidInput("seed.generate.snapshots: needs volumes to spread them over");

  for (const { os_disk_size: osDiskSize, ...server } of seed.servers)
    state.addServer({ ...server, osDiskSize }, account.id, now);
  const attach = createAttach(state, account, now);
  account.volumes.load(
    volumes.map((volume) => volumeRecord(state, account, { ...volume, attachments: attach(volume) }, now)),
  );
  account.snapshots.load(snapshots.map((snapshot) => snapshotRecord(state, account, snapshot, now)));
  for (const rule of seed.failures) state.addFailure(rule);
  generate(state, account, seed.generate, now);
}

function idsOf({ servers, volumes, snapshots }: Seed, account: Account): ReadonlySet<string> {
  const there = [account.servers, account.volumes, account.snapshots];
  return idsOfSeed({ servers, volumes, snapshots }, (id) => there.some((each) => each.get(id) !== undefined));
}

function checkVolumes({ options }: State, account: Account, seed: Seed): void {
  const types = options.volumeTypes.map((type) => type.name);
  const servers = new Set(seed.servers.map(({ id }) => id));
  for (const [index, { volume_type: type, server_ids: serverIds = [] }] of seed.volumes.entries()) {
    const place = `seed.volumes[${index}]`;
    if (type !== undefined && !types.includes(type))
      throw new InvalidInput(`${place}.volume_type: must be ${types.join(" or ")}`);
    const missing = serverIds.find((id) => !servers.has(id) && account.servers.get(id) === undefined);
    if (missing !== undefined) throw new InvalidInput(`${place}.server_ids: there is no server ${missing}`);
  }
}

/** The id of the volume that a snapshot names, among those there and those to come. */
function volumeIdOf(
  account: Account,
  coming: readonly { readonly id: string; readonly name: string }[],
  { volume_id: id, volume_name: name = "" }: SnapshotSeed,
  place: string,
): string {
  if (id !== undefined) {
    if (account.volumes.get(id) !== undefined || coming.some((volume) => volume.id === id)) return id;
    throw new InvalidInput(`${place}.volume_id: there is no volume ${id}`);
  }
  const named = [...account.volumes.by("name", name), ...coming.filter((volume) => volume.name === name)];
  const [only] = named;
  if (only !== undefined && named.length === 1) return only.id;
  throw new InvalidInput(`${place}.volume_name: ${named.length} volumes are named ${name}`);
}

/** Attaches volumes to their servers, one after the other. */
function createAttach(
  state: State,
  account: Account,
  now: number,
): (volume: VolumeSeed & { id: string }) => readonly Attachment[] {
  const devices = new Map<string, string[]>();
  const devicesOf = (serverId: string): string[] =>
    (account.servers.get(serverId)?.volumeIds ?? []).flatMap((id) =>
      (account.volumes.get(id)?.attachments ?? [])
        .filter((one) => one.serverId === serverId)
        .map((one) => one.device),
    );
  return ({ id, server_ids: serverIds = [] }) =>
    serverIds.map((serverId) => {
      const used = devices.get(serverId) ?? devicesOf(serverId);
      const device = nextDevice(used);
      devices.set(serverId, [...used, device]);
      setServerVolumes(account, serverId, (volumeIds) => [...volumeIds, id], now);
      return { id: state.newId(), serverId, device, deleteOnTermination: false, attachedAt: now };
    });
}

function volumeRecord(
  { options, newVolume }: State,
  account: Account,
  volume: VolumeSeed & { id: string; attachments: readonly Attachment[] },
  now: number,
): VolumeRecord {
  const { attachments, bootable = false, id, name, size = 8, tags = [] } = volume;
  const createdAt = volume.created_at === undefined ? now : Date.parse(volume.created_at);
  return newVolume({
    id,
    name,
    size,
    state: volume.state ?? (attachments.length > 0 ? "in-use" : "available"),
    bootable,
    type: options.volumeTypes.find((one) => one.name === volume.volume_type) ?? options.defaultVolumeType,
    userId: hexOf(account.id),
    snapshotId: volume.snapshot_id ?? null,
    createdAt,
    modifiedAt: createdAt,
    maxIops: volume.max_iops ?? undefined,
    maxThroughput: volume.max_throughput ?? undefined,
    tags: tags.map(({ key, value = null }) => ({ key, value })),
    attachments,
  });
}

function snapshotRecord(
  { newSnapshot }: State,
  account: Account,
  snapshot: SnapshotSeed & { id: string; volumeId: string },
  now: number,
): SnapshotRecord {
  const { id, name, description = null, metadata = null, status = "available", volumeId } = snapshot;
  const volume = account.volumes.get(volumeId);
  if (volume === undefined) throw new Error(`There is no volume ${volumeId}.`);
  const createdAt = snapshot.created_at === undefined ? now : Date.parse(snapshot.created_at);
  const size = snapshot.size ?? volume.size;
  const { userId } = volume;
  return newSnapshot(volume, {
    id,
    name,
    description,
    metadata,
    status,
    size,
    userId,
    createdAt,
    updatedAt: createdAt,
  });
}

/**
 * Made-up items are a second apart, the last one a second ago. Snapshots go to the made-up volumes, or to all
 * volumes when none are made up.
 */
function generate(
  state: State,
  account: Account,
  { volumes, snapshots }: Seed["generate"],
  now: number,
): void {
  const madeUp = (kind: string, index: number, until: number) => ({
    id: state.newId(),
    name: `${kind}-${String(index + 1).padStart(6, "0")}`,
    created_at: new Date(now - (until - index) * 1000).toISOString(),
  });
  const made = Array.from({ length: volumes }, (_, index) =>
    volumeRecord(state, account, { ...madeUp("volume", index, volumes + snapshots), attachments: [] }, now),
  );
  account.volumes.load(made);
  const owners = made.length > 0 ? made : account.volumes.all();
  account.snapshots.load(
    Array.from({ length: snapshots }, (_, index) => {
      const volumeId = owners[index % owners.length]?.id ?? "";
      return snapshotRecord(state, account, { ...madeUp("snapshot", index, snapshots), volumeId }, now);
    }),
  );
}
