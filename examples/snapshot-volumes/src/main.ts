import { connect, loadConfig } from "@polyvol/config";
import { snapshotVolumes } from "./snapshot-volumes.ts";

const path = process.argv[2];
const clouds = await connect(await loadConfig(path === undefined ? {} : { path }));
for (const [cloud, storage] of clouds) {
  for (const snapshot of await snapshotVolumes(storage, "nightly-2026-11-21")) {
    process.stdout.write(`${cloud}: ${snapshot.name} of ${snapshot.volumeId} is ${snapshot.state}\n`);
  }
}
