import { createIds, type IdSource } from "../kit/ids.ts";
import { hexOf } from "./auth.ts";
import { Collection, type Item } from "./collection.ts";
import type { FailureRule, ServerOptions, Work } from "./options.ts";
import { OS_DEVICE, type Server, type SnapshotRecord, type Transfer, type VolumeRecord } from "./records.ts";
import { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";

/** How far back a stale list can look. */
const HISTORY_MS = 10 * 60_000;

/** What one account holds. */
export class Account {
  readonly id: string;
  readonly volumes: Collection<VolumeRecord> = new Collection({
    historyMs: HISTORY_MS,
    groupBy: { name: (volume) => volume.name },
  });
  readonly snapshots: Collection<SnapshotRecord> = new Collection({
    historyMs: HISTORY_MS,
    groupBy: { volume: (snapshot) => snapshot.volumeId, name: (snapshot) => snapshot.name },
  });
  readonly servers: Map<string, Server> = new Map();
  /** Per volume, when the delete of one of its snapshots was last accepted. */
  readonly snapshotDeletes: Map<string, number> = new Map();

  constructor(id: string) {
    this.id = id;
  }

  /** The snapshots of one volume, oldest first. */
  snapshotsOf(volumeId: string): readonly Item<SnapshotRecord>[] {
    return this.snapshots.group("volume", volumeId);
  }

  /** GiB of all volumes and snapshots. */
  gigabytes(): number {
    let sum = 0;
    for (const { value } of this.volumes.ordered) sum += value.size;
    for (const { value } of this.snapshots.ordered) sum += value.size;
    return sum;
  }
}

interface LiveFailure extends FailureRule {
  left: number;
}

/** Everything that the emulated region holds. */
export class World {
  readonly settings: Settings;
  readonly schedule: Schedule = new Schedule();
  readonly accounts: Map<string, Account> = new Map();
  /** Transfers can be accepted by another account, so they are kept apart. */
  readonly transfers: Map<string, Transfer> = new Map();
  /** The account of keys that name none: that of the first key, or a made-up one. */
  readonly defaultAccountId: string;
  readonly #seed: number;
  #ids: IdSource;
  #failures: LiveFailure[] = [];

  constructor(settings: Settings, seed: number, now: number) {
    this.settings = settings;
    this.#seed = seed;
    this.#ids = createIds(seed);
    this.defaultAccountId =
      settings.accessKeys[0]?.accountId ?? hexOf(`${settings.environment}/${settings.region}`);
    this.reset(now);
  }

  /** Back to the servers and failures of the options. */
  reset(now: number): void {
    this.schedule.clear();
    this.accounts.clear();
    this.transfers.clear();
    this.#ids = createIds(this.#seed);
    this.#failures = [];
    for (const server of this.settings.servers)
      this.addServer(typeof server === "string" ? { id: server } : server, now);
    for (const rule of this.settings.failures) this.addFailure(rule);
  }

  account(id: string): Account {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = new Account(id);
      this.accounts.set(id, account);
    }
    return account;
  }

  /** An id that nothing has: data from elsewhere may bring ids that this emulator gives. */
  newId(): string {
    let id = this.#ids.uuid();
    while (this.#isTaken(id)) id = this.#ids.uuid();
    return id;
  }

  #isTaken(id: string): boolean {
    return [...this.accounts.values()].some(
      ({ volumes, snapshots, servers }) =>
        volumes.get(id) !== undefined || snapshots.get(id) !== undefined || servers.has(id),
    );
  }

  newRequestId(): string {
    return this.#ids.requestId();
  }

  addFailure(rule: FailureRule): void {
    this.#failures.push({ ...rule, left: rule.count ?? Number.POSITIVE_INFINITY });
  }

  /**
   * Whether this piece of work is to fail, and where the resource ends then; asking uses up one turn of a rule that
   * has a count.
   */
  fails(work: Work, name: string): "error" | "undone" | undefined {
    for (const rule of this.#failures) {
      if (rule.work !== work || rule.left <= 0) continue;
      if (rule.name !== undefined && !new RegExp(rule.name).test(name)) continue;
      rule.left -= 1;
      return rule.outcome ?? "error";
    }
    return undefined;
  }

  addServer(options: ServerOptions, now: number, accountId: string = this.defaultAccountId): Server {
    const account = this.account(accountId);
    const id = options.id ?? this.newId();
    if (account.servers.has(id)) throw new Error(`The server id ${id} is taken.`);
    const server: Server = {
      id,
      name: options.name ?? `server-${id.slice(0, 8)}`,
      zone: options.zone ?? this.settings.zone,
      windows: options.windows ?? false,
      createdAt: now,
      volumeIds: new Set(),
    };
    account.servers.set(id, server);
    if (options.osDiskSize !== undefined) this.#addOsDisk(account, server, options.osDiskSize, now);
    return server;
  }

  /** The disk that comes with a server is named after it and carries no tags. */
  #addOsDisk(account: Account, server: Server, size: number, now: number): void {
    const id = this.newId();
    server.volumeIds.add(id);
    const attachment = {
      id: this.newId(),
      serverId: server.id,
      device: OS_DEVICE,
      deleteOnTermination: true,
      attachedAt: now,
    };
    account.volumes.add(
      {
        id,
        name: server.name,
        size,
        state: "in-use",
        bootable: true,
        type: this.settings.defaultVolumeType,
        userId: hexOf(account.id),
        snapshotId: null,
        createdAt: now,
        modifiedAt: now,
        imageMetadata: {
          checksum: null,
          container_format: "bare",
          disk_format: "raw",
          image_id: this.newId(),
          image_name: server.windows ? "windows" : "linux",
          min_disk: size,
          min_ram: 0,
          os_distro: server.windows ? "windows" : "ubuntu",
          scp_image_type: "standard",
          scp_k8s_version: null,
          scp_original_image_type: null,
          signature_verified: false,
          size: null,
        },
        maxIops: null,
        maxThroughput: null,
        zone: server.zone,
        tags: [],
        attachments: [attachment],
      },
      now,
    );
  }
}
