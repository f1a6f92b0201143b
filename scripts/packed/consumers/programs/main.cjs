const { connect, parseConfig } = require("@polyvol/config");
const { isPolyvolError } = require("@polyvol/core");
const { createDigitalOceanStorage } = require("@polyvol/digitalocean");
const { createDigitalOceanEmulator } = require("@polyvol/emulators/digitalocean");
const { createSamsungScpEmulator } = require("@polyvol/emulators/samsung-scp");
const { createSamsungScpStorage } = require("@polyvol/samsung-scp");

async function main() {
  const durations = { volumeCreate: 20, snapshotCreate: 20 };
  const ocean = await createDigitalOceanEmulator({ tokens: ["T"] }).listen();
  const samsung = await createSamsungScpEmulator({ accessKey: "A", secretKey: "S", durations }).listen();
  const times = { settleMs: 20, polling: { initialDelayMs: 20 } };
  const token = "T";
  const keys = { accessKey: "A", secretKey: "S" };

  /** @type {(storage: import("@polyvol/core").BlockStorage, how: string) => Promise<void>} */
  async function report(storage, how) {
    const volume = await storage.volumes.create({ name: how, sizeGiB: 16 });
    const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: `of-${volume.name}` });
    process.stdout.write(`${snapshot.provider} ${snapshot.name} ${snapshot.state}\n`);
    const missing = await storage.snapshots.get(`${snapshot.id.slice(0, -4)}0000`).catch((error) => error);
    if (!isPolyvolError(missing, "not_found")) throw new Error("a missing snapshot was not told apart");
  }

  await report(createDigitalOceanStorage({ token, region: "nyc3", baseUrl: ocean.url }), "direct");
  await report(
    createSamsungScpStorage({ ...keys, region: "kr-west1", baseUrl: samsung.url, ...times }),
    "direct",
  );

  const clouds = await connect(
    parseConfig({
      allowLiteralSecrets: true,
      clouds: {
        ocean: {
          provider: "digitalocean",
          region: "nyc3",
          credentials: { token },
          options: { baseUrl: ocean.url },
        },
        samsung: {
          provider: "samsung-scp",
          region: "kr-west1",
          credentials: keys,
          options: { baseUrl: samsung.url, ...times },
        },
      },
    }),
  );
  for (const [, storage] of clouds) await report(storage, "configured");
  await ocean.close();
  await samsung.close();
}

void main();
