import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { type Client, TOKEN } from "./client.ts";

/** Polyvol as users have it; only the pace is freed, since the emulator's quotas are off. */
export function polyvol(base: string): Client {
  const options = { token: TOKEN, baseUrl: base, quotas: [{ requests: 1_000_000, windowMs: 1_000 }] };
  const storage = createDigitalOceanStorage(options);
  const count = async (listConcurrency: number): Promise<number> => {
    let found = 0;
    const { snapshots } = createDigitalOceanStorage({ ...options, listConcurrency });
    for await (const snapshot of snapshots.list()) if (snapshot.id !== "") found += 1;
    return found;
  };
  return {
    list: count,
    stream: () => count(1),
    create: async (volumeId, name) => {
      await storage.snapshots.create({ volumeId, name });
    },
  };
}
