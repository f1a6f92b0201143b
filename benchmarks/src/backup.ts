import { createVirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { TOKEN } from "./clients/client.ts";

export interface BackupResult {
  readonly requests: number;
  readonly refused: number;
  readonly makespanMs: number;
  /** The least that the quotas allow for so many requests. */
  readonly boundMs: number;
}

const PER_MINUTE = 250;
const PER_HOUR = 5_000;

/** Lists all volumes and makes a snapshot of each, all at once, under DigitalOcean's quotas. Time is simulated. */
export async function backUp(volumes: number): Promise<BackupResult> {
  const clock = createVirtualClock();
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN], clock, quotaPerMinute: PER_MINUTE });
  emulator.seed({
    volumes: Array.from({ length: volumes }, (_, index) => ({
      name: `volume-${index}`,
      region: "nyc3",
      size_gigabytes: 10,
    })),
  });
  let requests = 0;
  let refused = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await emulator.fetch(input, init);
    requests += 1;
    if (answer.status === 429) refused += 1;
    return answer;
  };
  const storage = createDigitalOceanStorage({ token: TOKEN, clock, fetch, waitTimeoutMs: 86_400_000 });
  clock.runFreely();
  const startedAt = clock.now();
  const found = await storage.volumes.list().toArray();
  await Promise.all(found.map(({ id }) => storage.snapshots.create({ volumeId: id, name: "nightly" })));
  return { requests, refused, makespanMs: clock.now() - startedAt, boundMs: bound(requests) };
}

/** The last request goes when the windows before its own are over. */
function bound(requests: number): number {
  const minutes = Math.ceil(requests / PER_MINUTE) - 1;
  const hours = Math.ceil(requests / PER_HOUR) - 1;
  return Math.max(minutes * 60_000, hours * 3_600_000);
}
