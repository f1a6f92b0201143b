import type { DigitalOceanSeed } from "@polyvol/emulators/digitalocean";
import type { SamsungScpSeed } from "@polyvol/emulators/samsung-scp";

const created_at = "2026-01-05T08:00:00Z";

/** What the demo's first cloud holds. */
export const digitalOceanSeed: DigitalOceanSeed = {
  volumes: [
    { name: "db-primary", region: "nyc3", size_gigabytes: 200, created_at, used_gigabytes: 81 },
    { name: "db-replica", region: "nyc3", size_gigabytes: 200, created_at, used_gigabytes: 81 },
    { name: "web-assets", region: "nyc3", size_gigabytes: 50, created_at, used_gigabytes: 12 },
    { name: "mail-spool", region: "sfo3", size_gigabytes: 100, created_at, used_gigabytes: 40 },
  ],
};

/** What its second cloud holds. */
export const samsungScpSeed: SamsungScpSeed = {
  volumes: [
    { name: "erp-data", size: 512, created_at },
    { name: "erp-logs", size: 64, created_at },
    { name: "file-share", size: 1024, created_at },
    { name: "build-cache", size: 128, created_at },
  ],
};
