import { createDigitalOceanStorage, type DigitalOceanStorageOptions } from "@polyvol/digitalocean";
import { type Client, TOKEN } from "./client.ts";

/** Polyvol as users have it; only the pace is freed, since the emulator's quotas are off, but where the defaults are measured. */
export function polyvol(base: string): Client {
  const byDefault = { token: TOKEN, baseUrl: base };
  const options = { ...byDefault, quotas: [{ requests: 1_000_000, windowMs: 1_000 }] };
  const storage = createDigitalOceanStorage(options);
  const count = async (given: DigitalOceanStorageOptions): Promise<number> => {
    let found = 0;
    const { snapshots } = createDigitalOceanStorage(given);
    for await (const snapshot of snapshots.list()) if (snapshot.id !== "") found += 1;
    return found;
  };
  return {
    list: (listConcurrency) => count({ ...options, listConcurrency }),
    listByDefault: () => count(byDefault),
    stream: () => count({ ...options, listConcurrency: 1 }),
    create: async (volumeId, name) => {
      await storage.snapshots.create({ volumeId, name });
    },
  };
}
