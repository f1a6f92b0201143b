import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import type { Given } from "./runtime.ts";

/** More than two of DigitalOcean's smallest requests that Polyvol sends. */
const SEEDED = 320;

const named = Array.from({ length: SEEDED }, (_, index) => ({ name: `volume-${index}` }));
const WORK_MS = 20;

/** Runs `task` with emulators of its own, which let web pages in. */
export async function withEmulators<Result>(task: (given: Given) => Promise<Result>): Promise<Result> {
  const ocean = createDigitalOceanEmulator({ tokens: ["T"], quotaPerMinute: 0, actionDurationMs: WORK_MS });
  const durations = { volumeCreate: WORK_MS, snapshotCreate: WORK_MS, volumeDelete: WORK_MS };
  const samsung = createSamsungScpEmulator({
    ...{ accessKey: "ACCESS", secretKey: "SECRET" },
    durations: { ...durations, snapshotDelete: WORK_MS },
  });
  const openstack = createOpenStackEmulator({
    users: [{ name: "demo", password: "secret", projects: ["demo"] }],
    workMs: WORK_MS,
    quotas: { volumes: -1, snapshots: -1, gigabytes: -1 },
  });
  ocean.seed({ volumes: named.map((each) => ({ ...each, region: "nyc3", size_gigabytes: 16 })) });
  samsung.seed({ volumes: named.map((each) => ({ ...each, size: 16 })) });
  openstack.seed({ volumes: named.map((each) => ({ ...each, size: 16 })) });
  const emulators = [ocean, samsung, openstack];
  const listeners = await Promise.all(emulators.map((each) => each.listen({ corsOrigins: ["*"] })));
  const [first, second, third] = listeners.map(({ url }) => url) as [string, string, string];
  try {
    return await task({ digitalocean: first, "samsung-scp": second, openstack: third, seeded: SEEDED });
  } finally {
    await Promise.all(listeners.map((each) => each.close()));
  }
}
