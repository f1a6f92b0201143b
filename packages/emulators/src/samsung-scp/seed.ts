import * as z from "zod";
import { check, dateTime, InvalidInput, lowerCaseUuid, positive, text, whole } from "../kit/validation.ts";
import { hexOf } from "./auth.ts";
import { setServerVolumes } from "./life-cycle.ts";
import { failureRule, serverOptions } from "./options.ts";
import {
  type Attachment,
  SNAPSHOT_STATUSES,
  type SnapshotRecord,
  VOLUME_STATES,
  type VolumeRecord,
} from "./records.ts";
import { nextDevice } from "./servers.ts";
import type { Account, State } from "./state.ts";
import { isState, seedsOfState } from "./state-seed.ts";

const name = z.string().regex(/^[a-zA-Z0-9-_ ]{1,255}$/, "must be 1 to 255 letters, digits, spaces, - or _");

const tag = z.strictObject({
  /** Of the tag. */
  key: z.string(),
  /** Of the tag. Default: none. */
  value: z.string().nullish(),
});

const volumeSeed = z.strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Its name. */
  name,
  /** GiB. Default 8. */
  size: positive.optional(),
  /** Default: `available`, or `in-use` with `server_ids`. A state that would pass elsewhere stays. */
  state: z.enum(VOLUME_STATES).optional(),
  /** The name of the type. Default: the default type. */
  volume_type: z.string().optional(),
  /** Default false. */
  bootable: z.boolean().optional(),
  /** Attached to these servers, each at the next free device. */
  server_ids: z.array(lowerCaseUuid).readonly().optional(),
  /** The snapshot that it was made from. */
  snapshot_id: lowerCaseUuid.optional(),
  /** Tags, which the service does not return. */
  tags: z.array(tag).readonly().optional(),
  /** Default: 5000 where the type has figures. */
  max_iops: whole.optional(),
  /** MB/s. Default: 250 where the type has figures. */
  max_throughput: whole.optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const snapshotSeed = z.strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Of this volume, by id or by a name that only one volume has; one of the two. */
  volume_id: lowerCaseUuid.optional(),
  /** Instead of `volume_id`. */
  volume_name: name.optional(),
  /** Its name. */
  name,
  /** Default: none. */
  description: z.string().nullish(),
  /** Default: none. */
  metadata: z.record(z.string(), z.unknown()).nullish(),
  /** GiB. Default: the size of the volume. */
  size: positive.optional(),
  /** Default `available`. A status that would pass elsewhere stays. */
  status: z.enum(SNAPSHOT_STATUSES).optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const serverSeed = serverOptions.omit({ osDiskSize: true }).extend({
  /** GiB of the disk that it starts from. Default: no such disk. */
  os_disk_size: positive.optional(),
});

const seedSchema = z.strictObject({
  /** Whose data it is. Default: the account of the first access key. */
  account_id: text.optional(),
  /** Servers to add. */
  servers: z.array(serverSeed).readonly().default([]),
  /** Volumes to add. */
  volumes: z.array(volumeSeed).readonly().default([]),
  /** Snapshots to add. */
  snapshots: z
    .array(
      snapshotSeed.refine((one) => (one.volume_id === undefined) !== (one.volume_name === undefined), {
        error: "must have either volume_id or volume_name",
      }),
    )
    .readonly()
    .default([]),
  /** Work that is to fail from now on. */
  failures: z.array(failureRule).readonly().default([]),
  /** Makes up volumes of 8 GiB, and that many snapshots in all, spread over them evenly. */
  generate: z
    .strictObject({
      /** How many volumes. Default 0. */
      volumes: whole.default(0),
      /** How many snapshots in all. Default 0. */
      snapshots: whole.default(0),
    })
    .prefault({}),
});

/**
 * Data for `seed`; names of members are those of the API. Everything is optional; it is added to what is there,
 * whole or not at all. Rules and quotas that hold for requests do not hold here.
 */
export interface SamsungScpSeed extends z.input<typeof seedSchema> {}

type Seed = z.output<typeof seedSchema>;
type VolumeSeed = z.output<typeof volumeSeed>;
type SnapshotSeed = z.output<typeof snapshotSeed>;

/**
 * Adds data to begin with, or what a `state()` holds; throws `InvalidInput` naming the place that is wrong, and then adds
 * nothing.
 */
export function addSeed(state: State, data: unknown, now: number): void {
  const seeds = (isState(data) ? seedsOfState(data, state) : [data]).map((one) =>
    check(seedSchema, one, "seed"),
  );
  for (const seed of seeds) checkIds(state.account(seed.account_id ?? state.defaultAccountId), seed);
  for (const seed of seeds) addOne(state, seed, now);
}

function addOne(state: State, seed: Seed, now: number): void {
  const account = state.account(seed.account_id ?? state.defaultAccountId);
  const given = checkIds(account, seed);
  const newId = (): string => {
    let id = state.newId();
    while (given.has(id)) id = state.newId();
    return id;
  };
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

/** The ids that the seed gives; none may be taken or stand there twice. */
function checkIds(account: Account, seed: Seed): ReadonlySet<string> {
  const given = new Set<string>();
  for (const kind of ["servers", "volumes", "snapshots"] as const)
    for (const [index, { id }] of seed[kind].entries()) {
      if (id === undefined) continue;
      if (given.has(`${kind} ${id}`) || account[kind].get(id) !== undefined)
        throw new InvalidInput(`seed.${kind}[${index}].id: ${id} is taken`);
      given.add(`${kind} ${id}`).add(id);
    }
  return given;
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
    maxIops: volume.max_iops,
    maxThroughput: volume.max_throughput,
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
