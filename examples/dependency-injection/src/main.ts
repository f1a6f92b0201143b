import "reflect-metadata";
import { loadConfig } from "@polyvol/config";
import { cloudToken, registerClouds } from "@polyvol/config/tsyringe";
import { container } from "tsyringe";
import { NightlySnapshots } from "./nightly-snapshots.ts";
import { NOW, registerServices, STORAGE } from "./services.ts";

const [path = "polyvol.config.yaml", cloud = "ocean"] = process.argv.slice(2);

const own = container.createChildContainer();
await registerClouds(own, await loadConfig({ path }), { only: [cloud] });
own.register(STORAGE, { useToken: cloudToken(cloud) });
own.register(NOW, { useValue: () => new Date() });
registerServices(own);

for (const snapshot of await own.resolve(NightlySnapshots).take()) {
  process.stdout.write(`${cloud}: ${snapshot.name} of ${snapshot.volumeId} is ${snapshot.state}\n`);
}
