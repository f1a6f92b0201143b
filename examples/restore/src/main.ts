import { connect, loadConfig } from "@polyvol/config";
import type { Progress } from "@polyvol/core";
import { restoreLatest } from "./restore-latest.ts";

const [path, cloud, of, newName, region] = process.argv.slice(2);
if (path === undefined || cloud === undefined || of === undefined || newName === undefined) {
  process.stderr.write("usage: main.ts CONFIG CLOUD VOLUME NEW-NAME [REGION]\n");
  process.exit(2);
}
try {
  const clouds = await connect(await loadConfig({ path }), { only: [cloud] });
  const storage = clouds.named(cloud);
  const onProgress = ({ seen, elapsedMs }: Progress): void => {
    process.stderr.write(`${newName} is ${seen} after ${elapsedMs} ms\n`);
  };
  const { snapshot, volume } = await restoreLatest(storage, of, newName, onProgress, region);
  const from = `${snapshot.name} of ${snapshot.createdAt.toISOString()}`;
  process.stdout.write(`${volume.name} (${volume.id}) has ${volume.sizeGiB} GiB, restored from ${from}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
