/**
 * `node --conditions=@polyvol/source benchmarks/src/plan-large.ts [VOLUMES]`: plans an account of 10,000 volumes with 25
 * snapshots each and says what that took of the processor and of memory. The service is a process of its own, on loopback,
 * and its share is not in the figures.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parsePolicies, plan } from "@polyvol/backup";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { TOKEN } from "./clients/client.ts";

const VOLUMES = Number(process.argv[2] ?? 10_000);
const EACH = 25;
const NOW = new Date();

const service = fork(
  fileURLToPath(new URL("plan-large-service.ts", import.meta.url)),
  [VOLUMES, EACH, NOW.getTime()].map(String),
);
const [{ port }] = (await once(service, "message")) as [AddressInfo];
const quotas = [{ requests: 1_000_000, windowMs: 1_000 }];
const storage = createDigitalOceanStorage({
  token: TOKEN,
  region: "nyc3",
  baseUrl: `http://127.0.0.1:${port}`,
  quotas,
});
const policies = parsePolicies({
  nightly: {
    select: { name: "*" },
    schedule: { cron: "0 0 * * *", timezone: "UTC" },
    retention: { daily: 7, weekly: 4, monthly: 6 },
  },
});
const before = process.cpuUsage();
const { totals } = await plan(policies, { cloud: storage }, NOW);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${VOLUMES} volumes, ${VOLUMES * EACH} snapshots: ${totals.create} to create, ${totals.delete} to delete, ` +
    `${totals.keep} to keep; ${((user + system) / 1e6).toFixed(1)} s of processor time, ` +
    `${Math.round(process.resourceUsage().maxRSS / 1_024)} MiB\n`,
);
service.disconnect();
