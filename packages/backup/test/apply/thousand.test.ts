import { createVirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { expect, test } from "vitest";
import { parsePolicies, run } from "../../src/index.ts";
import { TOKEN } from "../support/emulated-clouds.ts";
import { nightly } from "../support/shapes.ts";

test("a thousand volumes under DigitalOcean's quotas: as fast as they allow, without a single 429", async () => {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN], clock });
  emulator.seed({
    volumes: Array.from({ length: 1_000 }, (_, index) => ({
      name: `v-${index}`,
      region: "nyc3",
      size_gigabytes: 1,
    })),
  });
  const fetch: typeof globalThis.fetch = (input, init) => emulator.fetch(input, init);
  const storage = createDigitalOceanStorage({ token: TOKEN, region: "nyc3", clock, fetch });
  const policies = parsePolicies({ nightly: nightly({ retention: { last: 1 } }) });
  for (const [day, deleted] of [
    ["first", 0],
    ["second", 1_000],
  ] as const) {
    await clock.sleep(86_400_000);
    const before = emulator.log.entries().length;
    const report = await run(policies, { do: storage }, { clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1_000, deleted, left: 0 } });
    const log = emulator.log.entries().slice(before);
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    const took = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
    const bound = Math.floor((log.length - 1) / 250) * 60_000;
    process.stdout.write(
      `${day} run of 1,000 volumes: ${log.length} requests, planned ${report.plan.clouds[0]?.requests.total}, ` +
        `${(took / 1_000).toFixed(1)} s of virtual time, bound ${bound / 1_000} s\n`,
    );
    expect(took).toBeLessThanOrEqual(bound * 1.05);
  }
});
