/** Lists the volumes of each cloud whenever Enter is pressed. The secrets may be replaced meanwhile. */
import { createInterface } from "node:readline";
import { connect, loadConfig } from "@polyvol/config";

const clouds = await connect(await loadConfig({ path: process.argv[2] ?? "polyvol.config.ts" }));

for await (const _ of createInterface({ input: process.stdin })) {
  for (const [cloud, storage] of clouds) {
    try {
      const volumes = await storage.volumes.list().toArray();
      const names = volumes.map(({ name }) => name).toSorted();
      process.stdout.write(`${cloud}: ${names.join(", ")}\n`);
    } catch (error) {
      process.stdout.write(`${cloud}: ${error instanceof Error ? error.message : error}\n`);
    }
  }
}
