import { createAtticStorage } from "./index.ts";
import { startAttic } from "./service/server.ts";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const attic = await startAttic({ token: "example-token", now: Date.now, workMs: 800 });
const storage = createAtticStorage({ baseUrl: attic.url, token: "example-token", region: "north" });

const { apiVersion } = await storage.checkHealth();
say(`Attic ${apiVersion} is there`);

const volume = await storage.volumes.create({ name: "photos", sizeGiB: 8 });
say(`volume ${volume.id} of ${volume.sizeGiB} GiB is ${volume.state}`);

const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: "before the tidying" });
say(`snapshot ${snapshot.id} is ${snapshot.state}`);

const same = await storage.volumes.create({ name: "photos", sizeGiB: 8 });
say(`created again, it is the same: ${same.id}`);

const grown = await storage.volumes.resize(volume.id, 12);
say(`it has grown to ${grown.sizeGiB} GiB`);

for await (const each of storage.snapshots.list({ volumeId: volume.id })) {
  say(`listed: ${each.name}, of ${each.createdAt.toISOString()}`);
}

await storage.volumes.delete(volume.id, { snapshots: "delete" });
say(`left: ${attic.volumes().length} volumes, ${attic.snapshots().length} snapshots`);
await attic.close();
