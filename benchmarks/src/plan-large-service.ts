/** The account that `plan-large.ts` plans: a service on loopback that keeps nothing and ends with the process that reads it. */
import { createServer } from "node:http";
import { snapshotName } from "@polyvol/backup";

const VOLUMES = Number(process.argv[2]);
const EACH = Number(process.argv[3]);
/** Within the two minutes by which the clocks of a service and of a plan may differ. */
const NOW = new Date(Number(process.argv[4]));
/** A quota of 250 requests a minute lets so many be made in a second. */
const MADE_EACH_SECOND = 4;
const DAY = 86_400_000;

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

/** One page, as JSON. */
function answer(target: string): string {
  const url = new URL(target, "http://localhost");
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
  return JSON.stringify({ [key]: items, links: next, meta: { total } });
}

const server = createServer(({ url = "/" }, response) => {
  response
    .setHeader("content-type", "application/json")
    .setHeader("date", NOW.toUTCString())
    .end(answer(url));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit());
