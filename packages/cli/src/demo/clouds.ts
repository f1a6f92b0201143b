import { randomBytes } from "node:crypto";
import type { Clock } from "@polyvol/core";
import type { Emulator, Inventory } from "@polyvol/emulators";
import type { DigitalOceanSeed } from "@polyvol/emulators/digitalocean";
import type { SamsungScpSeed } from "@polyvol/emulators/samsung-scp";

/** What is done with the backups of a cloud: one is restored to a new and larger volume, one is drilled. */
export interface Tasks {
  readonly restored: { readonly volume: string; readonly as: string; readonly sizeGiB: number };
  readonly drilled: string;
}

/** A cloud on this machine. */
export interface DemoCloud {
  /** Its name in the configuration. */
  readonly name: string;
  /** The provider's name for people. */
  readonly title: string;
  readonly url: string;
  readonly port: number;
  /** Its faults and its log: of an emulator, or of a proxy before a real server. */
  readonly emulator: Emulator;
  /** What it holds of the demo's, looked at past Polyvol. */
  inventory(): Promise<Inventory>;
  readonly tasks: Tasks;
  /** What the configuration says about it besides credentials. */
  readonly settings: {
    readonly provider: string;
    readonly region: string;
    readonly options: Readonly<Record<string, string>>;
  };
  /** Credentials by the adapter's names for them. Good for this cloud only. */
  readonly credentials: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts one emulator for each provider on a free port, with volumes to back up and resources of somebody else. */
export async function startClouds(clock: Clock, seed: number): Promise<readonly DemoCloud[]> {
  const { createDigitalOceanEmulator } = await import("@polyvol/emulators/digitalocean");
  const { createSamsungScpEmulator } = await import("@polyvol/emulators/samsung-scp");
  // Everything that is there from the start is a hundred days old.
  const createdAt = new Date(clock.now() - 100 * 86_400_000).toISOString();
  const shared = { randomSeed: seed, clock };
  const key = (): string => randomBytes(16).toString("hex");

  const ocean = { token: key() };
  const oceanEmulator = createDigitalOceanEmulator({ tokens: [ocean.token], ...shared });
  oceanEmulator.seed(oceanSeed(createdAt));
  const samsung = { accessKey: key(), secretKey: key() };
  const samsungEmulator = createSamsungScpEmulator({ ...samsung, ...shared });
  samsungEmulator.seed(samsungSeed(createdAt));

  const [oceanServer, samsungServer] = await Promise.all([oceanEmulator.listen(), samsungEmulator.listen()]);
  return [
    {
      name: "ocean",
      title: "DigitalOcean",
      ...oceanServer,
      emulator: oceanEmulator,
      inventory: async () => oceanEmulator.inventory(),
      tasks: {
        restored: { volume: "db-orders", as: "restored-orders", sizeGiB: 400 },
        drilled: "files-home",
      },
      settings: { provider: "digitalocean", region: "nyc3", options: { baseUrl: oceanServer.url } },
      credentials: ocean,
    },
    {
      name: "samsung",
      title: "Samsung Cloud Platform",
      ...samsungServer,
      emulator: samsungEmulator,
      inventory: async () => samsungEmulator.inventory(),
      tasks: { restored: { volume: "db-erp", as: "restored-erp", sizeGiB: 640 }, drilled: "mail-journal" },
      settings: {
        provider: "samsung-scp",
        region: "kr-west1",
        options: { environment: "e", baseUrl: samsungServer.url },
      },
      credentials: samsung,
    },
  ];
}

const OCEAN_DB = "5a1e0000-0000-4000-8000-0000000000d0";
const SAMSUNG_DB = "5a1e0000-0000-4000-8000-0000000000c5";
const GONE = "5a1e0000-0000-4000-8000-00000000dead";
const SERVER = "5a1e0000-0000-4000-8000-000000005e4f";

/** Names and sizes in GiB. */
const OCEAN =
  "db-users 200, db-billing 120, db-sessions 40, db-search 250, db-staging 50, web-assets 60, web-uploads 500, " +
  "web-thumbnails 80, web-staging 25, web-blog 10, web-shop 30, mail-spool 100, mail-archive 1000, mail-lists 20, " +
  "files-home 750, files-design 400, files-video 2000, files-legal 15, files-ci 64";
const SAMSUNG =
  "db-hr 64, db-ledger 256, db-stock 128, db-reports 512, db-test 16, web-portal 32, web-intranet 48, web-kiosk 8, " +
  "web-static 96, web-test 8, mail-inbound 80, mail-outbound 40, mail-journal 1024, files-finance 320, " +
  "files-plans 640, files-scans 1536, files-photos 2048, files-exchange 24, files-backup-keys 8";

function parseVolumes(text: string): readonly { readonly name: string; readonly size: number }[] {
  return text.split(", ").map((each) => {
    const [name = "", size] = each.split(" ");
    return { name, size: Number(size) };
  });
}

/** Looks like a snapshot of the policy `nightly`, but was not made by it: the last part does not fit the volume. */
export const LOOKALIKE = "polyvol-nightly-20260105T030000Z-0123456789";

/** The name of a volume of somebody else begins so; no policy chooses it. */
export const FOREIGN_PREFIX = "scratch-";

/** 20 volumes to back up, two of them attached, and resources of somebody else. */
function oceanSeed(created_at: string): DigitalOceanSeed {
  const volumes = parseVolumes(OCEAN).map(({ name, size }, index) => ({
    name,
    size_gigabytes: size,
    tags: [name.endsWith("-staging") ? "env:staging" : "env:prod"],
    region: index % 5 === 4 ? "sfo3" : "nyc3",
    used_gigabytes: Math.ceil(size / 3),
    created_at,
  }));
  return {
    droplets: [1001, 1002].map((id) => ({ id, region: "nyc3" })),
    volumes: [
      {
        id: OCEAN_DB,
        name: "db-orders",
        region: "nyc3",
        size_gigabytes: 300,
        droplet_id: 1001,
        tags: ["env:prod"],
        used_gigabytes: 110,
        created_at,
      },
      ...volumes.map((volume) => (volume.name === "web-shop" ? { ...volume, droplet_id: 1002 } : volume)),
      { name: `${FOREIGN_PREFIX}olga`, region: "nyc3", size_gigabytes: 20, created_at },
    ],
    snapshots: [
      { name: "before the upgrade", resource_id: OCEAN_DB, created_at },
      { name: LOOKALIKE, resource_id: OCEAN_DB, created_at },
      { name: "olga 1", volume_name: `${FOREIGN_PREFIX}olga`, created_at },
      { name: "the last of an old server", resource_id: GONE, region: "nyc3", min_disk_size: 40, created_at },
    ],
  };
}

/** The same for the second cloud. Its snapshots never outlive their volume. */
function samsungSeed(created_at: string): SamsungScpSeed {
  return {
    servers: [{ id: SERVER, name: "erp-1" }],
    volumes: [
      { id: SAMSUNG_DB, name: "db-erp", size: 512, server_ids: [SERVER], created_at },
      ...parseVolumes(SAMSUNG).map((volume) => ({ ...volume, created_at })),
      { name: `${FOREIGN_PREFIX}jun`, size: 24, created_at },
    ],
    snapshots: [
      { name: "before the migration", volume_id: SAMSUNG_DB, created_at },
      { name: LOOKALIKE, volume_id: SAMSUNG_DB, created_at },
      { name: "jun 1", volume_name: `${FOREIGN_PREFIX}jun`, created_at },
    ],
  };
}
