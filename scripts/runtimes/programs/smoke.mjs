// What a program does with each cloud, on every runtime. Nothing but what the web's runtimes share is named here.
import { isPolyvolError } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createOpenStackStorage } from "@polyvol/openstack";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";

const quick = { polling: { initialDelayMs: 10, maxDelayMs: 50 } };

/** @param {import("../runtime.ts").Given} given */
function storages(given) {
  return {
    digitalocean: () =>
      createDigitalOceanStorage({ token: "T", region: "nyc3", baseUrl: given.digitalocean, ...quick }),
    "samsung-scp": () => {
      const keys = { accessKey: "ACCESS", secretKey: "SECRET" };
      const baseUrl = given["samsung-scp"];
      return createSamsungScpStorage({ ...keys, region: "kr-west1", baseUrl, settleMs: 10, ...quick });
    },
    openstack: () => {
      const user = { username: "demo", password: "secret", projectName: "demo" };
      const authUrl = `${given.openstack}/identity/v3`;
      return createOpenStackStorage({ ...user, authUrl, settleMs: 10, ...quick });
    },
  };
}

/** @param {unknown} found @param {unknown} wanted @param {string} what */
function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: found ${String(found)}, expected ${String(wanted)}`);
}

/** Each does one thing with a storage; `made` hands on what an earlier one made. */
const STEPS = {
  "answers a health check": async ({ storage }) => {
    same(typeof (await storage.checkHealth()).apiVersion, "string", "the API's version");
  },
  "lists over several requests": async ({ storage, seeded }) => {
    const volumes = await storage.volumes.list({}, { requestSize: Math.ceil(seeded / 2) }).toArray();
    same(new Set(volumes.map(({ id }) => id)).size, seeded, "volumes");
  },
  "goes on with a page by its token": async ({ storage, seeded }) => {
    let seen = 0;
    let continuationToken;
    do {
      const options = { pageSize: Math.ceil(seeded / 2), ...(continuationToken && { continuationToken }) };
      const { value } = await storage.volumes.list().byPage(options).next();
      seen += value.items.length;
      continuationToken = value.continuationToken;
    } while (continuationToken !== undefined);
    same(seen, seeded, "volumes");
  },
  "creates a volume and waits for it": async ({ storage, made }) => {
    made.volume = await storage.volumes.create({ name: "smoke", sizeGiB: 16 });
    same(made.volume.state, "available", "the volume's state");
  },
  "finds the volume of the same create": async ({ storage, made }) => {
    same((await storage.volumes.create({ name: "smoke", sizeGiB: 16 })).id, made.volume.id, "the id");
  },
  "creates a snapshot and waits for it": async ({ storage, made }) => {
    made.snapshot = await storage.snapshots.create({ volumeId: made.volume.id, name: "smoke-snapshot" });
    same(made.snapshot.state, "available", "the snapshot's state");
  },
  "tells what is missing": async ({ storage, made }) => {
    const missing = `${made.snapshot.id.slice(0, -4)}0000`;
    const error = await storage.snapshots.get(missing).catch((thrown) => thrown);
    same(isPolyvolError(error, "not_found"), true, `not_found (${String(error)})`);
  },
  "stops when it is told to": async ({ storage }) => {
    const reason = new Error("stopped by the program");
    const stopping = new AbortController();
    const listed = storage.volumes.list({}, { abortSignal: stopping.signal }).toArray();
    stopping.abort(reason);
    same(await listed.catch((thrown) => thrown), reason, "the reason");
  },
  "deletes the volume and its snapshot": async ({ storage, made }) => {
    await storage.volumes.delete(made.volume.id, { snapshots: "delete" });
    same(await storage.volumes.find({ name: "smoke" }), undefined, "the volume");
  },
};

/**
 * @param {import("../runtime.ts").Given} given
 * @returns {Promise<import("../runtime.ts").Outcome[]>}
 */
export async function smoke(given) {
  const outcomes = [];
  for (const [cloud, open] of Object.entries(storages(given))) {
    const setting = { storage: open(), seeded: given.seeded, made: {} };
    for (const [step, run] of Object.entries(STEPS)) {
      const failure = await run(setting).then(
        () => undefined,
        (error) => String(error?.stack ?? error),
      );
      outcomes.push({ cloud, step, ...(failure !== undefined && { failure }) });
    }
  }
  return outcomes;
}
