/** One worker of a fleet: says `ready`, then `done` for each job, or what went wrong. Its argument: a job as JSON. */
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createFleetWorker } from "@polyvol/fleet";
import { TOKEN } from "./clients/client.ts";
import { FLEET_POLICIES, type FleetJob } from "./fleet-job.ts";

const job = JSON.parse(process.argv[2] ?? "null") as FleetJob;
const urls = new Map(job.accounts.map(({ key, url }) => [key, url]));
await createFleetWorker({
  ...{ redisUrl: job.redisUrl, queue: job.queue, concurrency: job.concurrency, policies: FLEET_POLICIES },
  accounts: () => job.accounts.map(({ key }) => ({ key, clouds: [key] })),
  connect: ({ key }) => ({
    [key]: createDigitalOceanStorage({ token: TOKEN, region: "nyc3", baseUrl: urls.get(key) ?? "" }),
  }),
  onEvent(event) {
    if (event.type === "done") process.stdout.write("done\n");
    if (event.type === "failed") process.stdout.write(`${event.reason}\n`);
  },
});
process.stdout.write("ready\n");
