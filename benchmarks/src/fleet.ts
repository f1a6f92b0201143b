import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createFleetDispatcher } from "@polyvol/fleet";
import { startRedis } from "../../packages/fleet/test/redis-server.ts";
import { TOKEN } from "./clients/client.ts";
import { FLEET_POLICIES, type FleetJob } from "./fleet-job.ts";

const ACCOUNTS = 16;
const VOLUMES = 12;
const LATENCY_MS = 50;
/** On one account at a time: next to nothing is computed, so that few processors do for all. */
const CONCURRENCY = 1;
const WORKER = fileURLToPath(new URL("fleet-worker.ts", import.meta.url));

/** Milliseconds from the dispatch to the last job, by so many workers, each a process of its own. */
export async function fleetTime(workers: number): Promise<number> {
  const redis = await startRedis();
  const emulators = Array.from({ length: ACCOUNTS }, () => waitingCloud());
  const listeners = await Promise.all(emulators.map((each) => each.listen()));
  const queue = `workers-${workers}`;
  const accounts = listeners.map(({ url }, index) => ({ key: `account-${index}`, url }));
  const job: FleetJob = { redisUrl: redis.url, queue, concurrency: CONCURRENCY, accounts };
  const processes = await Promise.all(Array.from({ length: workers }, () => startWorker(job)));
  const dispatcher = await createFleetDispatcher({
    ...{ redisUrl: redis.url, queue, policies: FLEET_POLICIES },
    accounts: () => accounts.map(({ key }) => ({ key, clouds: [key] })),
  });
  try {
    const begun = performance.now();
    await dispatcher.dispatch();
    let done = 0;
    await new Promise<void>((resolve, reject) => {
      for (const each of processes) {
        each.onLine((line) => {
          if (line !== "done") reject(new Error(`a worker said: ${line}`));
          done += 1;
          if (done === ACCOUNTS) resolve();
        });
      }
    });
    const took = performance.now() - begun;
    const made = emulators.reduce((sum, each) => sum + each.inventory().snapshots.length, 0);
    if (made !== ACCOUNTS * VOLUMES) throw new Error(`${made} snapshots instead of ${ACCOUNTS * VOLUMES}`);
    return took;
  } finally {
    await dispatcher.close();
    for (const each of processes) each.kill();
    await Promise.all(listeners.map((each) => each.close()));
    await redis.stop();
  }
}

function waitingCloud() {
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN], latencyMs: LATENCY_MS, logLimit: 0 });
  const names = Array.from({ length: VOLUMES }, (_, index) => `volume-${index}`);
  emulator.seed({ volumes: names.map((name) => ({ name, region: "nyc3", size_gigabytes: 1 })) });
  return emulator;
}

interface FleetProcess {
  onLine(listener: (line: string) => void): void;
  kill(): void;
}

/** Resolves when it waits for jobs. */
async function startWorker(job: FleetJob): Promise<FleetProcess> {
  const child = spawn(process.execPath, ["--conditions=@polyvol/source", WORKER, JSON.stringify(job)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.once("line", () => resolve());
    child.once("exit", (code) => reject(new Error(`a worker has ended with ${code}`)));
  });
  return {
    onLine: (listener) => void lines.on("line", listener),
    kill: () => void child.kill("SIGKILL"),
  };
}
