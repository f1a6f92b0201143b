import type * as z from "zod";
import { type Collection, createCollection } from "../kit/collection.ts";
import { createIds, freeId } from "../kit/ids.ts";
import { createSchedule } from "../kit/schedule.ts";
import { hexOf } from "./auth.ts";
import type { failureRule, ResolvedOptions, serverOptions } from "./options.ts";
import {
  type Created,
  IOPS,
  type NewSnapshot,
  type NewVolume,
  OS_DEVICE,
  osImage,
  type ServerRecord,
  type SnapshotRecord,
  THROUGHPUT,
  type Transfer,
  type VolumeRecord,
} from "./records.ts";

type FailureRule = z.output<typeof failureRule>;
type ServerOptions = z.output<typeof serverOptions>;

/** What one account holds, oldest first. */
export interface Account {
  readonly id: string;
  readonly volumes: Collection<VolumeRecord, "name">;
  readonly snapshots: Collection<SnapshotRecord, "name" | "volume">;
  readonly servers: Collection<ServerRecord>;
  /** Per volume, when the delete of one of its snapshots was last accepted. */
  readonly snapshotDeletes: Map<string, number>;
}

/** Everything that the emulated region holds. Rules live beside it; here is only what there is. */
export type State = ReturnType<typeof createState>;

/** Makes the state at the start. `randomSeed` decides every made-up id. */
export function createState(options: ResolvedOptions, randomSeed: number, startMs: number) {
  /** The account of keys that name none: that of the first key, or a made-up one. */
  const defaultAccountId =
    options.accessKeys[0]?.accountId ?? hexOf(`${options.environment}/${options.region}`);
  const accounts = new Map<string, Account>();
  const schedule = createSchedule();
  const transfers = new Map<string, Transfer>();
  // A source of its own, so that a reset does not repeat the ids of requests.
  const requestIds = createIds(randomSeed);
  let ids = createIds(randomSeed);
  let failures: { readonly rule: FailureRule; left: number }[] = [];
  let sequence = 0;

  /** The account of an id, made when there is none. */
  function account(id: string): Account {
    const known = accounts.get(id);
    if (known !== undefined) return known;
    const made = createAccount(id);
    accounts.set(id, made);
    return made;
  }

  function isTaken(id: string): boolean {
    return [...accounts.values()].some(({ volumes, snapshots, servers }) =>
      [volumes, snapshots, servers].some((collection) => collection.get(id) !== undefined),
    );
  }

  /** An id that nothing has. */
  const newId = (): string => freeId(() => ids.uuid(), isTaken);

  /** A record of a volume. Of what is not given it has what a new and empty volume has. */
  function newVolume(given: NewVolume): VolumeRecord {
    const { type, maxIops, maxThroughput } = given;
    sequence += 1;
    return {
      id: given.id ?? newId(),
      sequence,
      state: "available",
      bootable: false,
      snapshotId: null,
      modifiedAt: null,
      imageMetadata: null,
      zone: options.zone,
      tags: [],
      attachments: [],
      ...given,
      // A provisioned type always has figures; the lowest are what it gets unasked.
      maxIops: type.provisioned ? (maxIops ?? IOPS.least) : null,
      maxThroughput: type.provisioned ? (maxThroughput ?? THROUGHPUT.least) : null,
    };
  }

  /** A record of a snapshot of a volume. */
  function newSnapshot(volume: VolumeRecord, given: NewSnapshot): SnapshotRecord {
    const { type, size, bootable, imageMetadata } = volume;
    sequence += 1;
    return {
      id: given.id ?? newId(),
      sequence,
      volumeId: volume.id,
      status: "available",
      description: null,
      metadata: null,
      updatedAt: null,
      type,
      size,
      bootable,
      imageMetadata,
      ...given,
    };
  }

  /** The disk that comes with a server is named after it and carries no tags. */
  function addOsDisk(server: ServerRecord, size: number, accountId: string, id: string): void {
    const { createdAt, name, windows, zone } = server;
    const attachment = {
      id: newId(),
      serverId: server.id,
      device: OS_DEVICE,
      deleteOnTermination: true,
      attachedAt: createdAt,
    };
    const disk = newVolume({
      id,
      name,
      size,
      state: "in-use",
      bootable: true,
      type: options.defaultVolumeType,
      userId: hexOf(accountId),
      createdAt,
      modifiedAt: createdAt,
      imageMetadata: osImage(newId(), windows, size),
      zone,
      attachments: [attachment],
    });
    account(accountId).volumes.put(disk, createdAt);
  }

  function addServer(server: ServerOptions, accountId: string, now: number): void {
    const { servers } = account(accountId);
    const { id = newId(), osDiskSize, windows } = server;
    if (servers.get(id) !== undefined) throw new Error(`The server id ${id} is taken.`);
    const diskId = osDiskSize === undefined ? undefined : newId();
    sequence += 1;
    const record: ServerRecord = {
      id,
      createdAt: now,
      sequence,
      name: server.name ?? `server-${id.slice(0, 8)}`,
      zone: server.zone ?? options.zone,
      windows,
      volumeIds: diskId === undefined ? [] : [diskId],
    };
    servers.put(record, now);
    if (osDiskSize !== undefined && diskId !== undefined) addOsDisk(record, osDiskSize, accountId, diskId);
  }

  function addFailure(rule: FailureRule): void {
    failures.push({ rule, left: rule.count ?? Number.POSITIVE_INFINITY });
  }

  /** Back to the servers and failures of the options. */
  function reset(now: number): void {
    schedule.clear();
    accounts.clear();
    transfers.clear();
    ids = createIds(randomSeed);
    failures = [];
    for (const server of options.servers) addServer(server, defaultAccountId, now);
    for (const rule of options.failures) addFailure(rule);
  }

  reset(startMs);
  return {
    options,
    /** Work under way. */
    schedule,
    accounts,
    /** Transfers can be accepted by another account, so they are kept apart. */
    transfers,
    defaultAccountId,
    account,
    newId,
    newRequestId: () => `req-${requestIds.requestId()}`,
    newVolume,
    newSnapshot,
    addServer,
    addFailure,
    /**
     * Whether this piece of work is to fail, and where the resource ends then. Asking uses up one turn of a rule that
     * has a count.
     */
    failureOf(work: FailureRule["work"], name: string): FailureRule["outcome"] | undefined {
      const failure = failures.find(
        ({ rule, left }) =>
          rule.work === work && left > 0 && (rule.name === undefined || new RegExp(rule.name).test(name)),
      );
      if (failure === undefined) return undefined;
      failure.left -= 1;
      return failure.rule.outcome;
    },
    reset,
  };
}

function createAccount(id: string): Account {
  const order = (a: Created, b: Created): number => a.createdAt - b.createdAt || a.sequence - b.sequence;
  return {
    id,
    volumes: createCollection({ order, indexes: { name: (volume: VolumeRecord) => volume.name } }),
    snapshots: createCollection({
      order,
      indexes: {
        name: (snapshot: SnapshotRecord) => snapshot.name,
        volume: (snapshot: SnapshotRecord) => snapshot.volumeId,
      },
    }),
    servers: createCollection<ServerRecord>({ order }),
    snapshotDeletes: new Map(),
  };
}
