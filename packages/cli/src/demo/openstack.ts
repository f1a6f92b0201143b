import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CloudInput, connect, parseConfig } from "@polyvol/config";
import type { BlockStorage } from "@polyvol/core";
import { createFaultProxy, type Inventory } from "@polyvol/emulators";
import { UsageError } from "../errors.ts";
import { type DemoCloud, FOREIGN_PREFIX, LOOKALIKE } from "./clouds.ts";

/** What `pnpm cinder start` says of the server that it has started, as far as it is needed here. */
interface Server {
  readonly root: string;
  readonly auth_url: string;
  readonly region: string;
  readonly user: string;
  readonly password: string;
  readonly project_id: string;
  readonly version: string;
}

/** A real server with a proxy before it, and what the demo has made in a project that others may use, too. */
export interface RealCloud extends DemoCloud {
  /** What the names of all volumes to back up begin with. */
  readonly prefix: string;
  /** Makes volumes to back up, and resources of somebody else. */
  fill(abortSignal: AbortSignal): Promise<void>;
  /** Removes all that is there of the demo. @returns what could not be removed */
  clear(): Promise<readonly string[]>;
}

const NAME = "openstack";
/** Of the volumes, in GiB. */
const VOLUMES: Readonly<Record<string, number>> = {
  "db-orders": 2,
  "db-users": 1,
  "web-assets": 1,
  "web-shop": 1,
  "files-home": 2,
  "files-video": 3,
};

/** Finds the server that `pnpm cinder start` has started. @throws UsageError where none runs */
export async function findServer(folder: string | undefined): Promise<Server> {
  const place = folder ?? process.env["POLYVOL_CINDER_DIR"] ?? join(tmpdir(), "polyvol-cinder");
  const help =
    "In a clone of Polyvol, on Debian 12, `pnpm cinder start` starts one; `--openstack FOLDER` names where it was started with --dir.";
  let server: Server;
  try {
    server = JSON.parse(await readFile(join(place, "server.json"), "utf8")) as Server;
  } catch (error) {
    throw new UsageError(`--openstack: no OpenStack server runs in ${place}. ${help}`, { cause: error });
  }
  if (server.auth_url === null) {
    throw new UsageError(`--openstack: the server in ${place} was started with --auth noauth. ${help}`);
  }
  const answers = await fetch(server.root).then(
    () => true,
    () => false,
  );
  if (!answers)
    throw new UsageError(`--openstack: nothing answers at ${server.root}, said in ${place}. ${help}`);
  return server;
}

/** Puts a proxy before the server. Nothing is made there yet. */
export async function openRealCloud(server: Server): Promise<RealCloud> {
  const prefix = `demo-${randomBytes(3).toString("hex")}-`;
  const proxy = createFaultProxy({ target: server.root, secrets: [server.password] });
  const listener = await proxy.listen();
  const options = { authUrl: server.auth_url, username: server.user, projectId: server.project_id };
  const settings = { provider: "openstack", region: server.region };
  const held = createInventory(server, prefix);
  const storage = await connectPast({ ...settings, options }, server.password);
  return {
    name: NAME,
    title: `OpenStack Cinder ${versionText(server.version)}`,
    ...listener,
    prefix,
    emulator: proxy,
    inventory: held,
    tasks: {
      restored: { volume: `${prefix}db-orders`, as: `${prefix}restored-orders`, sizeGiB: 4 },
      drilled: `${prefix}files-home`,
    },
    settings: { ...settings, options: { ...options, baseUrl: listener.url } },
    credentials: { password: server.password },
    async fill(abortSignal) {
      const create = (name: string, sizeGiB: number): Promise<{ readonly id: string }> =>
        storage.volumes.create({ name, sizeGiB }, { abortSignal });
      const [orders, theirs] = await Promise.all([
        create(`${prefix}db-orders`, VOLUMES["db-orders"] ?? 1),
        create(`${FOREIGN_PREFIX}${prefix}olga`, 1),
        ...Object.entries(VOLUMES)
          .slice(1)
          .map(([name, sizeGiB]) => create(`${prefix}${name}`, sizeGiB)),
      ]);
      const foreign: readonly (readonly [string | undefined, string])[] = [
        [orders?.id, "before the upgrade"],
        [orders?.id, LOOKALIKE.replace("nightly", "minutely")],
        [theirs?.id, "olga 1"],
      ];
      for (const [volumeId = "", name] of foreign) {
        await storage.snapshots.create({ volumeId, name }, { abortSignal });
      }
    },
    async clear() {
      const { volumes } = await held();
      await Promise.all(
        volumes.map(({ id }) => storage.volumes.delete(id, { snapshots: "delete" }).catch(() => undefined)),
      );
      const left = await held();
      return [...left.volumes, ...left.snapshots].map(({ id, name }) => `${name} (${id})`);
    },
    close: () => listener.close(),
  };
}

/** `21.3.1` of `2:21.3.1-1~deb12u1`. */
const versionText = (version: string): string => /\d+(\.\d+)+/.exec(version)?.[0] ?? version;

/** The same server past the proxy, without faults. */
async function connectPast(cloud: CloudInput, password: string): Promise<BlockStorage> {
  const credentials = { password: { env: "PASSWORD" } };
  const config = parseConfig({ clouds: { [NAME]: { ...cloud, credentials } } });
  const storage = (await connect(config, { environment: { PASSWORD: password } })).get(NAME);
  if (storage === undefined) throw new Error("a configuration without its cloud");
  return storage;
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
function createInventory(server: Server, prefix: string): () => Promise<Inventory> {
  const snapshotIds = new Set<string>();
  return async () => {
    const token = await logIn(server);
    const all = await readAll<CinderVolume>(server, token, "volumes");
    const shots = await readAll<CinderSnapshot>(server, token, "snapshots");
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

async function logIn({ auth_url, user, password, project_id }: Server): Promise<string> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, domain, password } } };
  const answer = await fetch(`${auth_url}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { id: project_id } } } }),
  });
  const token = answer.headers.get("x-subject-token");
  if (token === null) throw new Error(`the OpenStack server answered a log-in with ${answer.status}`);
  return token;
}

async function readAll<T extends { readonly id: string }>(
  { root, project_id }: Server,
  token: string,
  kind: "volumes" | "snapshots",
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let marker = ""; ; ) {
    const url = `${root}/v3/${project_id}/${kind}/detail${marker === "" ? "" : `?marker=${marker}`}`;
    const answer = await fetch(url, { headers: { "x-auth-token": token } });
    if (!answer.ok) throw new Error(`the OpenStack server answered GET ${url} with ${answer.status}`);
    const page = ((await answer.json()) as Readonly<Record<string, readonly T[]>>)[kind] ?? [];
    all.push(...page);
    if (page.length === 0) return all;
    marker = page.at(-1)?.id ?? "";
  }
}
