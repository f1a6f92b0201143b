/**
 * `node --conditions=@polyvol/source benchmarks/src/plan-large.ts [VOLUMES]`: plans an account of 10,000 volumes with 25
 * snapshots each and says what that took of the processor and of memory. The service is a function of the same process that
 * keeps nothing; its share is in the figures.
 */
import { parsePolicies, plan, snapshotName } from "@polyvol/backup";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { TOKEN } from "./clients/client.ts";

const VOLUMES = Number(process.argv[2] ?? 10_000);
const EACH = 25;
/** A quota of 250 requests a minute lets so many be made in a second. */
const MADE_EACH_SECOND = 4;
const DAY = 86_400_000;
/** Within the two minutes by which the clocks of a service and of a plan may differ. */
const NOW = new Date();

const volumeId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

function volume(number: number): object {
  return {
    id: volumeId(number),
    region: { name: "New York 3", slug: "nyc3", sizes: [], features: [], available: true },
    droplet_ids: [],
    name: `db-${number}`,
    description: "",
    size_gigabytes: 10,
    created_at: "2024-03-02T17:00:49Z",
    filesystem_type: "ext4",
    filesystem_label: "",
    tags: [],
  };
}

function snapshot(number: number): object {
  const of = Math.floor(number / EACH);
  const today = Math.floor(NOW.getTime() / DAY) * DAY;
  const slot = new Date(today - ((number % EACH) + 1) * DAY);
  return {
    id: `1${volumeId(number).slice(1)}`,
    name: snapshotName("polyvol", "nightly", volumeId(of), slot),
    created_at: new Date(slot.getTime() + 1_000 * Math.floor(of / MADE_EACH_SECOND))
      .toISOString()
      .replace(".000", ""),
    regions: ["nyc3"],
    min_disk_size: 10,
    size_gigabytes: 3,
    resource_id: volumeId(of),
    resource_type: "volume",
    tags: ["polyvol-policy:nightly", `polyvol-volume:db-${of}`],
  };
}

const answer: typeof fetch = async (input, init) => {
  const url = new URL(new Request(input, init).url);
  const size = Number(url.searchParams.get("per_page") ?? 20);
  const page = Number(url.searchParams.get("page") ?? 1);
  const [key, make, total] = url.pathname.endsWith("/snapshots")
    ? (["snapshots", snapshot, VOLUMES * EACH] as const)
    : (["volumes", volume, VOLUMES] as const);
  const first = (page - 1) * size;
  const count = Math.max(0, Math.min(size, total - first));
  const items = Array.from({ length: count }, (_, index) => make(first + index));
  const next =
    first + count < total ? { pages: { next: `${url.origin}${url.pathname}?page=${page + 1}` } } : {};
  const body = JSON.stringify({ [key]: items, links: next, meta: { total } });
  return new Response(body, { headers: { "content-type": "application/json", date: NOW.toUTCString() } });
};

const quotas = [{ requests: 1_000_000, windowMs: 1_000 }];
const storage = createDigitalOceanStorage({ token: TOKEN, region: "nyc3", fetch: answer, quotas });
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
