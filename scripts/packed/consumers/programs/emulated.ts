import assert from "node:assert/strict";
import type { BlockStorage } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";

/** What a test of a user does: a volume and a snapshot on each cloud, by the `fetch` of its emulator. */
export async function emulated(): Promise<void> {
  const ocean = createDigitalOceanEmulator({ tokens: ["T"] });
  const durations = { volumeCreate: 20, snapshotCreate: 20 };
  const samsung = createSamsungScpEmulator({ accessKey: "A", secretKey: "S", durations });
  const keys = { accessKey: "A", secretKey: "S", region: "kr-west1", environment: "s" } as const;
  const times = { settleMs: 20, polling: { initialDelayMs: 20 } };
  const storages: readonly BlockStorage[] = [
    createDigitalOceanStorage({ token: "T", region: "nyc3", fetch: ocean.fetch }),
    createSamsungScpStorage({ ...keys, ...times, fetch: samsung.fetch }),
  ];
  for (const storage of storages) {
    const volume = await storage.volumes.create({ name: "data", sizeGiB: 16 });
    const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: "first" });
    assert.equal(snapshot.state, "available");
    const names = (await storage.volumes.list().toArray()).map(({ name }) => name);
    assert.deepEqual(names, ["data"]);
  }
}
