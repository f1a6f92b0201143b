/** The real Cinder as a cloud of `polyvol demo`, in the project of the user `demo`, which others may use, too. */
import { randomBytes } from "node:crypto";
import { createFaultProxy, type Inventory } from "@polyvol/emulators";
import { createOpenStackStorage } from "@polyvol/openstack";
import { type DemoCloud, FOREIGN_PREFIX, LOOKALIKE } from "../../../packages/cli/src/demo/clouds.ts";
import { ask, logIn, userOf } from "../src/project.ts";
import type { CinderServer } from "../src/server.ts";

/** A real server with a proxy before it, and what the demo has made there. */
export interface RealCloud extends DemoCloud {
  /** What the names of all volumes to back up begin with. */
  readonly prefix: string;
  /** Makes volumes to back up, and resources of somebody else. */
  fill(abortSignal: AbortSignal): Promise<void>;
  /** Removes all that is there of the demo. @returns what could not be removed */
  clear(): Promise<readonly string[]>;
}

/** Of the volumes, in GiB. */
const VOLUMES: Readonly<Record<string, number>> = {
  "db-orders": 2,
  "db-users": 1,
  "web-assets": 1,
  "web-shop": 1,
  "files-home": 2,
  "files-video": 3,
};

/** Puts a proxy before the server. Nothing is made there yet. */
export async function openRealCloud(server: CinderServer): Promise<RealCloud> {
  const prefix = `demo-${randomBytes(3).toString("hex")}-`;
  const proxy = createFaultProxy({ target: server.root, secrets: [server.password] });
  const listener = await proxy.listen();
  const projectId = userOf(server, "demo").project_id;
  const options = { authUrl: server.auth_url, username: "demo", projectId };
  const inventory = createInventory(server, prefix);
  // Past the proxy, without faults.
  const storage = createOpenStackStorage({ ...options, region: server.region, password: server.password });
  return {
    name: "openstack",
    title: `OpenStack Cinder ${/\d+(\.\d+)+/.exec(server.version)?.[0] ?? server.version}`,
    ...listener,
    prefix,
    emulator: proxy,
    inventory,
    tasks: {
      restored: { volume: `${prefix}db-orders`, as: `${prefix}restored-orders`, sizeGiB: 4 },
      drilled: `${prefix}files-home`,
    },
    settings: {
      provider: "openstack",
      region: server.region,
      options: { ...options, baseUrl: listener.url },
    },
    credentials: { password: server.password },
    async fill(abortSignal) {
      const create = async (name: string, sizeGiB: number): Promise<readonly [string, string]> => {
        const { id } = await storage.volumes.create({ name, sizeGiB }, { abortSignal });
        return [name, id];
      };
      const theirs = `${FOREIGN_PREFIX}${prefix}olga`;
      const own = Object.entries(VOLUMES).map(([name, sizeGiB]) => create(prefix + name, sizeGiB));
      const ids = new Map(await Promise.all([...own, create(theirs, 1)]));
      for (const [volume, name] of [
        [`${prefix}db-orders`, "before the upgrade"],
        [`${prefix}db-orders`, LOOKALIKE.replace("nightly", "minutely")],
        [theirs, "olga 1"],
      ] as const) {
        await storage.snapshots.create({ volumeId: ids.get(volume) ?? "", name }, { abortSignal });
      }
    },
    async clear() {
      const { volumes } = await inventory();
      await Promise.all(
        volumes.map(({ id }) => storage.volumes.delete(id, { snapshots: "delete" }).catch(() => undefined)),
      );
      const left = await inventory();
      return [...left.volumes, ...left.snapshots].map(({ id, name }) => `${name} (${id})`);
    },
    close: () => listener.close(),
  };
}

interface CinderVolume {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly status: string;
  readonly snapshot_id: string | null;
  readonly attachments: readonly { readonly server_id: string | null }[];
}

interface CinderSnapshot {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly status: string;
  readonly volume_id: string;
}

/**
 * Reads what the server holds of the demo by requests of its own: volumes by their names, their snapshots, and volumes
 * that were made from those, whatever they are called.
 */
function createInventory(server: CinderServer, prefix: string): () => Promise<Inventory> {
  const snapshotIds = new Set<string>();
  return async () => {
    const all = await readAll<CinderVolume>(server, "volumes");
    const shots = await readAll<CinderSnapshot>(server, "snapshots");
    const named = all.filter(
      ({ name }) => name.startsWith(prefix) || name.startsWith(`${FOREIGN_PREFIX}${prefix}`),
    );
    const ids = new Set(named.map(({ id }) => id));
    const snapshots = shots.filter(({ volume_id }) => ids.has(volume_id));
    for (const { id } of snapshots) snapshotIds.add(id);
    const made = all.filter((each) => !ids.has(each.id) && snapshotIds.has(each.snapshot_id ?? ""));
    return {
      volumes: [...named, ...made].map(({ id, name, size, status, attachments }) => ({
        id,
        name,
        sizeGiB: size,
        ready: isReady(status),
        serverIds: attachments.flatMap(({ server_id }) => server_id ?? []),
      })),
      snapshots: snapshots.map(({ id, name, size, status, volume_id }) => ({
        id,
        name,
        volumeId: volume_id,
        sizeGiB: size,
        ready: isReady(status),
      })),
    };
  };
}

const isReady = (status: string): boolean => status === "available" || status === "in-use";

async function readAll<T extends { readonly id: string }>(
  server: CinderServer,
  kind: "volumes" | "snapshots",
): Promise<readonly T[]> {
  const { name, project, project_id } = userOf(server, "demo");
  const token = await logIn(server, name, project);
  const all: T[] = [];
  for (let after = ""; ; after = `?marker=${all.at(-1)?.id}`) {
    const url = `${server.root}/v3/${project_id}/${kind}/detail${after}`;
    const page = (await ask("GET", url, token)) as Readonly<Record<string, readonly T[]>>;
    const items = page[kind] ?? [];
    if (items.length === 0) return all;
    all.push(...items);
  }
}
