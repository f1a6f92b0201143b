import { snapshotName } from "@polyvol/backup";

/** When all of it happens. */
export const NOW: number = Date.UTC(2026, 10, 21, 9);

const DB = "9d21a6f0-5c3e-4b7a-8f12-6e0c4a7b1d01";
const WEB = "c47e03b9-81d5-4f60-a2c7-90b6f3e8d502";
const ERP = "27f5d8ec-3a94-4d1b-b6e0-51c2a7f9e803";
/** A server on Samsung. */
export const SERVER = "6f1c0000-0000-4000-8000-0000000000a1";

const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString().replace(".000", "");
const nightly = (day: number): Date => new Date(Date.UTC(2026, 10, day, 3));

/** What DigitalOcean holds at the beginning. */
export const OCEAN: object = {
  droplets: [{ id: 1001, region: "nyc3" }],
  volumes: [
    { id: DB, name: "db", region: "nyc3", size_gigabytes: 100, created_at: daysAgo(90), tags: ["env:prod"] },
    { id: WEB, name: "web", region: "nyc3", size_gigabytes: 20, created_at: daysAgo(12), droplet_id: 1001 },
  ],
  snapshots: [
    {
      id: "e80b6a4d-c2f7-4395-9d1e-7a35f0c8b604",
      name: "before-upgrade",
      resource_id: DB,
      created_at: daysAgo(30),
    },
    ...[18, 19, 20].map((day) => ({
      id: `5a9c3e${day}-e7b1-4d06-8f2a-0d94c6b3e7${day}`,
      name: snapshotName("polyvol", "nightly", DB, nightly(day)),
      resource_id: DB,
      created_at: nightly(day).toISOString().replace(".000", ""),
      tags: ["polyvol-policy:nightly", "polyvol-volume:db"],
    })),
  ],
};

/** What Samsung Cloud Platform holds at the beginning. */
export const SAMSUNG: object = {
  servers: [{ id: SERVER, name: "app" }],
  volumes: [{ id: ERP, name: "erp", size: 64, created_at: daysAgo(40) }],
  snapshots: [
    { id: "b36d92f1-0e5a-4c78-8b43-f62d1e9a7c05", name: "monthly", volume_id: ERP, created_at: daysAgo(5) },
  ],
};

/** The configuration that all commands read. */
export const CONFIG = (ocean: string, samsung: string): string => `clouds:
  ocean:
    provider: digitalocean
    region: nyc3
    credentials: { token: { env: TOKEN } }
    options: { baseUrl: "${ocean}" }
  samsung:
    provider: samsung-scp
    region: kr-west1
    credentials: { accessKey: { env: ACCESS }, secretKey: { env: SECRET } }
    options: { baseUrl: "${samsung}", settleMs: 0, polling: { initialDelayMs: 1 } }
policies:
  nightly:
    select: { cloud: ocean, name: "db*" }
    schedule: { cron: "0 3 * * *", timezone: UTC }
    retention: { daily: 3, keepOldest: false }
  weekly:
    select: { cloud: samsung, name: "erp*" }
    schedule: { cron: "0 2 * * 6", timezone: Asia/Seoul }
    retention: { weekly: 8 }
`;
