/** One client doing one task in a process of its own. Loads nothing but that client. */
import { readFileSync } from "node:fs";
import { type Client, PAGE_SIZE, TOKEN } from "./clients/client.ts";
import type { ClientName, Job, Measurement } from "./tasks.ts";

async function makeClient(name: ClientName, url: string): Promise<Client> {
  switch (name) {
    case "floor-http":
      return (await import("./clients/floor.ts")).httpFloor(url);
    case "floor-undici":
      return (await import("./clients/floor.ts")).undiciFloor(url);
    case "ky-zod":
      return (await import("./clients/ky-zod.ts")).kyZod(url);
    case "dots-wrapper":
      return (await import("./clients/dots-wrapper.ts")).dotsWrapper(url);
    case "polyvol":
      return (await import("./clients/polyvol.ts")).polyvol(url);
  }
}

/** Asked for in a way of its own, so that no client is warmed up by it. */
async function volumeIds(url: string): Promise<readonly string[]> {
  const { get } = await import("node:http");
  const read = (page: number): Promise<readonly { readonly id: string }[]> =>
    new Promise((resolve, reject) => {
      const target = `${url}/v2/volumes?page=${page}&per_page=${PAGE_SIZE}`;
      const sent = get(target, { headers: { authorization: `Bearer ${TOKEN}` } }, (answer) => {
        const chunks: Uint8Array[] = [];
        answer.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        answer.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString()).volumes));
      });
      sent.on("error", reject);
    });
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const volumes = await read(page);
    ids.push(...volumes.map(({ id }) => id));
    if (volumes.length < PAGE_SIZE) return ids;
  }
}

async function perform(job: Job): Promise<Measurement> {
  const ids = job.task === "create" ? await volumeIds(job.url) : [];
  const client = await makeClient(job.client, job.url);
  const before = process.memoryUsage.rss();
  let last = { ms: 0, cpuMs: 0, waitedMs: 0 };
  for (let repeat = 0; repeat < job.repeats; repeat += 1) {
    const stop = startClocks();
    const done = await once(client, job, ids, `bench-${process.pid}-${repeat}`);
    last = stop();
    if (done !== job.items)
      throw new Error(`${job.client} ${job.task}: ${done} items, expected ${job.items}`);
  }
  return { ...last, growthMiB: (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20 };
}

/** What {@link Measurement} tells of time, from now until it is called. */
function startClocks(): () => Pick<Measurement, "ms" | "cpuMs" | "waitedMs"> {
  const startedAt = performance.now();
  const used = process.cpuUsage();
  const waited = waitedMs();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return {
      ms: performance.now() - startedAt,
      cpuMs: (user + system) / 1_000,
      waitedMs: waitedMs() - waited,
    };
  };
}

/** How long the main thread was ready and had no processor, as Linux counts it; elsewhere 0. */
function waitedMs(): number {
  try {
    const [, nanoseconds = "0"] = readFileSync("/proc/self/schedstat", "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
}

async function once(client: Client, job: Job, ids: readonly string[], name: string): Promise<number> {
  if (job.task === "list") return client.list(job.concurrency);
  if (job.task === "list-by-default") return client.listByDefault?.() ?? client.list(job.concurrency);
  if (job.task === "stream") return client.stream();
  for (const id of ids) await client.create(id, name);
  return ids.length;
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
process.stdout.write(`${JSON.stringify(await perform(job))}\n`);
