/** Clouds of one configuration that are one account keep to its request quota together. */
import { type CloudInput, connect, parseConfig } from "@polyvol/config";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { expect, onTestFinished, test } from "vitest";

interface Provider {
  readonly start: (clock: VirtualClock) => Emulator;
  readonly seed: object;
  /** A cloud of a configuration, its credentials as they are. */
  readonly cloud: (url: string) => CloudInput;
}

const PER_MINUTE = 60;
const quotas = [{ requests: PER_MINUTE, windowMs: 60_000 }];

const PROVIDERS: Readonly<Record<string, Provider>> = {
  digitalocean: {
    // Tells its quota by headers.
    start: (clock) =>
      createDigitalOceanEmulator({ tokens: ["one-token"], quotaPerMinute: PER_MINUTE, clock }),
    seed: { name: "db", region: "nyc3", size_gigabytes: 10 },
    cloud: (baseUrl) => ({
      provider: "digitalocean",
      credentials: { token: "one-token" },
      options: { baseUrl },
    }),
  },
  "samsung-scp": {
    start: (clock) => createSamsungScpEmulator({ accessKey: "one-key", secretKey: "its-secret", clock }),
    seed: { name: "db" },
    cloud: (baseUrl) => ({
      provider: "samsung-scp",
      region: "kr-west1",
      credentials: { accessKey: "one-key", secretKey: "its-secret" },
      options: { baseUrl, quotas },
    }),
  },
  openstack: {
    start: (clock) => createOpenStackEmulator({ clock }),
    seed: { name: "db" },
    cloud: (url) => ({
      provider: "openstack",
      credentials: { password: "one-password" },
      options: { authUrl: `${url}/identity/v3`, username: "demo", projectName: "demo", quotas },
    }),
  },
};

/** Takes so many requests for each service in any minute, as DigitalOcean's emulator does by itself; refuses more. */
function behindGateway(clock: VirtualClock): { readonly fetch: typeof fetch; refused(): number } {
  const arrivals = new Map<string, number[]>();
  let refused = 0;
  return {
    refused: () => refused,
    fetch: async (url, init) => {
      const [, service = ""] = new URL(String(url)).pathname.split("/");
      const counted = (arrivals.get(service) ?? []).filter((at) => at > clock.now() - 60_000);
      const isOver = counted.length >= PER_MINUTE;
      arrivals.set(service, isOver ? counted : [...counted, clock.now()]);
      const response = isOver
        ? new Response("{}", { status: 429, headers: { "retry-after": "5" } })
        : await fetch(url, init);
      if (response.status === 429) refused += 1;
      return response;
    },
  };
}

test.each(Object.entries(PROVIDERS))(
  "%s: two clouds with one credential meet no 429",
  async (_, provider) => {
    const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
    clock.runFreely();
    const emulator = provider.start(clock);
    const listener = await emulator.listen();
    onTestFinished(() => listener.close());
    const gateway = behindGateway(clock);
    const clouds = { first: provider.cloud(listener.url), second: provider.cloud(listener.url) };
    const connected = await connect(parseConfig({ allowLiteralSecrets: true, clouds }), {
      clock,
      fetch: gateway.fetch,
    });
    emulator.seed({ volumes: [provider.seed] });
    const reads = [...connected.values()].map(async (storage) => {
      const { id } = (await storage.volumes.list().toArray())[0] ?? { id: "" };
      const read = () => storage.volumes.get(id, { timeoutMs: 600_000 });
      return await Promise.all(Array.from({ length: 50 }, read));
    });
    const volumes = (await Promise.all(reads)).flat();
    expect(volumes.filter(({ name }) => name === "db")).toHaveLength(100);
    expect(gateway.refused()).toBe(0);
  },
);
