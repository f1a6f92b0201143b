import { connect, loadConfig, snapshotTagWriter } from "@polyvol/config";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { expect, test } from "vitest";
import { folderWith } from "./support.ts";

test("tags of snapshots change where the provider has calls of its own for that", async () => {
  const ocean = createDigitalOceanEmulator({ tokens: ["T"] });
  ocean.seed({
    volumes: [{ id: "6f1c0000-0000-4000-8000-000000000001", name: "db", region: "nyc3", size_gigabytes: 1 }],
    snapshots: [
      {
        name: "one",
        resource_id: "6f1c0000-0000-4000-8000-000000000001",
        tags: ["Keep:auditors", "KEEP", "keeper", "env:prod"],
      },
    ],
  });
  const { url, close } = await ocean.listen();
  try {
    const folder = await folderWith({
      "polyvol.config.yaml": `clouds:
  main: { provider: digitalocean, credentials: { token: { env: T } }, options: { baseUrl: "${url}" } }
`,
    });
    const clouds = await connect(await loadConfig({ cwd: folder }), { environment: { T: "T" } });
    const storage = clouds.named("main");
    const write = await snapshotTagWriter(storage);
    const read = async () => (await storage.snapshots.list().toArray())[0];
    const change = async (present: boolean): Promise<readonly string[]> => {
      const snapshot = await read();
      if (snapshot === undefined) throw new Error("the snapshot is gone");
      await write?.(storage, snapshot, "keep", present);
      return Object.keys((await read())?.tags ?? {}).sort();
    };
    expect(await change(false)).toEqual(["env", "keeper"]);
    expect(await change(false)).toEqual(["env", "keeper"]);
    // The account spells it as it was first used.
    expect(await change(true)).toEqual(["KEEP", "env", "keeper"]);
    expect(await change(true)).toEqual(["KEEP", "env", "keeper"]);
  } finally {
    await close();
  }
});

test("elsewhere there is no such writer", async () => {
  expect(await snapshotTagWriter({ provider: "samsung-scp" })).toBeUndefined();
  expect(await snapshotTagWriter({ provider: "package:@acme/cloud" })).toBeUndefined();
});
