import type { DigitalOceanSeed } from "@polyvol/emulators/digitalocean";
import type { SamsungScpSeed } from "@polyvol/emulators/samsung-scp";

/** Where a snapshot by hand, and one that only looks like ours, are put. */
const OCEAN_DB = "5a1e0000-0000-4000-8000-0000000000d0";
const SAMSUNG_DB = "5a1e0000-0000-4000-8000-0000000000c5";
const GONE = "5a1e0000-0000-4000-8000-00000000dead";
const DROPLETS = [1001, 1002];
const SERVER = "5a1e0000-0000-4000-8000-000000005e4f";

const OCEAN: readonly (readonly [name: string, sizeGiB: number, ...tags: string[]])[] = [
  ["db-users", 200, "env:prod", "tier:1"],
  ["db-billing", 120, "env:prod", "tier:1"],
  ["db-sessions", 40, "env:prod"],
  ["db-search", 250, "env:prod"],
  ["db-staging", 50, "env:staging"],
  ["web-assets", 60, "env:prod"],
  ["web-uploads", 500, "env:prod", "tier:2"],
  ["web-thumbnails", 80, "env:prod"],
  ["web-staging", 25, "env:staging"],
  ["web-blog", 10, "env:prod"],
  ["web-shop", 30, "env:prod", "tier:2"],
  ["mail-spool", 100, "env:prod"],
  ["mail-archive", 1000, "env:prod"],
  ["mail-lists", 20],
  ["files-home", 750, "team:all"],
  ["files-design", 400, "team:design"],
  ["files-video", 2000, "team:media"],
  ["files-legal", 15, "team:legal"],
  ["files-ci", 64],
];
const SAMSUNG: readonly (readonly [name: string, sizeGiB: number])[] = [
  ["db-hr", 64],
  ["db-ledger", 256],
  ["db-stock", 128],
  ["db-reports", 512],
  ["db-test", 16],
  ["web-portal", 32],
  ["web-intranet", 48],
  ["web-kiosk", 8],
  ["web-static", 96],
  ["web-test", 8],
  ["mail-inbound", 80],
  ["mail-outbound", 40],
  ["mail-journal", 1024],
  ["files-finance", 320],
  ["files-plans", 640],
  ["files-scans", 1536],
  ["files-photos", 2048],
  ["files-exchange", 24],
  ["files-backup-keys", 8],
];

/** Looks like a snapshot of the policy `nightly`, but was not made by it: the last part does not fit the volume. */
const LOOKALIKE = "polyvol-nightly-20260105T030000Z-0123456789";

/** What the first cloud holds: 20 volumes to back up, two of them attached, and things of somebody else. */
export function oceanSeed(created_at: string): DigitalOceanSeed {
  const volumes = OCEAN.map(([name, size_gigabytes, ...tags], index) => ({
    name,
    size_gigabytes,
    tags,
    region: index % 5 === 4 ? "sfo3" : "nyc3",
    used_gigabytes: Math.ceil(size_gigabytes / 3),
    created_at,
  }));
  return {
    droplets: DROPLETS.map((id) => ({ id, region: "nyc3" })),
    volumes: [
      {
        id: OCEAN_DB,
        name: "db-orders",
        region: "nyc3",
        size_gigabytes: 300,
        droplet_id: 1001,
        tags: ["env:prod", "tier:1"],
        used_gigabytes: 110,
        created_at,
      },
      ...volumes.map((volume) => (volume.name === "web-shop" ? { ...volume, droplet_id: 1002 } : volume)),
      { name: "scratch-olga", region: "nyc3", size_gigabytes: 20, created_at },
    ],
    snapshots: [
      { name: "before the upgrade", resource_id: OCEAN_DB, created_at },
      { name: LOOKALIKE, resource_id: OCEAN_DB, created_at },
      { name: "olga 1", volume_name: "scratch-olga", created_at },
      { name: "the last of an old server", resource_id: GONE, region: "nyc3", min_disk_size: 40, created_at },
    ],
  };
}

/** What the second cloud holds, likewise. Its snapshots never outlive their volume. */
export function samsungSeed(created_at: string): SamsungScpSeed {
  return {
    servers: [{ id: SERVER, name: "erp-1" }],
    volumes: [
      { id: SAMSUNG_DB, name: "db-erp", size: 512, server_ids: [SERVER], created_at },
      ...SAMSUNG.map(([name, size]) => ({ name, size, created_at })),
      { name: "scratch-jun", size: 24, created_at },
    ],
    snapshots: [
      { name: "before the migration", volume_id: SAMSUNG_DB, created_at },
      { name: LOOKALIKE, volume_id: SAMSUNG_DB, created_at },
      { name: "jun 1", volume_name: "scratch-jun", created_at },
    ],
  };
}
