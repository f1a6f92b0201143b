import type { BlockStorage, Clock } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";
import { expect, inject, test } from "vitest";
import { type PlannedBound, parsePolicies, run } from "../../src/index.ts";
import { ACCESS_KEY, SECRET_KEY, TOKEN } from "../support/open-clouds.ts";
import { createRandom } from "../support/random.ts";
import { nightly } from "../support/shapes.ts";

const VOLUMES = inject("isFull") ? 1_000 : 400;

interface Night {
  readonly requests: number;
  readonly planned: number;
  /** What a plan says of every night to come. */
  readonly round: PlannedBound | undefined;
  readonly tookMs: number;
}

/** Two nights of a policy that keeps one snapshot: the first makes one of each volume, the second makes and deletes as many. */
async function twoNights(
  name: string,
  emulator: Emulator,
  storage: BlockStorage,
  clock: Clock,
): Promise<Night[]> {
  const policies = parsePolicies({ nightly: nightly({ retention: { last: 1 } }) });
  const nights: Night[] = [];
  for (const [night, deleted] of [
    ["first", 0],
    ["second", VOLUMES],
  ] as const) {
    await clock.sleep(86_400_000);
    emulator.log.clear();
    const report = await run(policies, { cloud: storage }, { clock });
    expect(report).toMatchObject({ ok: true, totals: { created: VOLUMES, deleted, left: 0 } });
    const log = emulator.log.entries();
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    const tookMs = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
    const planned = report.plan.clouds[0]?.requests.total ?? 0;
    process.stdout.write(
      `${name}, ${night} night of ${VOLUMES} volumes: ${log.length} requests, planned ${planned}, ${(tookMs / 1_000).toFixed(1)} s of virtual time\n`,
    );
    nights.push({ requests: log.length, planned, round: report.plan.bounds?.[0], tookMs });
  }
  return nights;
}

test(`${VOLUMES} volumes at DigitalOcean: as fast as its quotas allow, without a single 429`, async () => {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN], clock });
  const names = Array.from({ length: VOLUMES }, (_, index) => `v-${index}`);
  emulator.seed({ volumes: names.map((name) => ({ name, region: "nyc3", size_gigabytes: 1 })) });
  const fetch: typeof globalThis.fetch = (input, init) => emulator.fetch(input, init);
  const storage = createDigitalOceanStorage({
    token: TOKEN,
    region: "nyc3",
    clock,
    fetch,
    random: createRandom(3),
  });
  const [first, second] = await twoNights("DigitalOcean", emulator, storage, clock);
  for (const { requests, planned, tookMs } of [first as Night, second as Night]) {
    const boundMs = Math.floor((requests - 1) / 250) * 60_000;
    expect(tookMs).toBeLessThanOrEqual(boundMs * 1.05);
    expect(Math.abs(requests / planned - 1)).toBeLessThan(0.05);
  }
  // Told before the first night: what the second one, and each after it, takes.
  const round = first?.round;
  expect(Math.abs((second?.requests ?? 0) / (round?.roundRequests ?? 1) - 1)).toBeLessThan(0.05);
  expect(round).toMatchObject({
    quota: { requests: 5_000, windowMs: 3_600_000 },
    intervalMs: 86_400_000,
    tooLarge: false,
  });
  expect(second?.round?.shortestMs).toBeLessThanOrEqual(second?.tookMs ?? 0);
  // A creation and a deletion of each; and of a thousand 6 pages of volumes and of snapshots, 1 health check, and up to
  // 6 listings of 8 to 12 pages of what the deletions of a minute are judged on.
  expect(second?.requests).toBeLessThanOrEqual(2 * VOLUMES + 110);
  expect(second?.tookMs).toBeLessThanOrEqual(490_000);
});

test(`${VOLUMES} volumes at Samsung: looks are shared, and nothing waits for its turn to be waited for`, async () => {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  const emulator = createSamsungScpEmulator({ ...keys, clock });
  emulator.seed({ volumes: Array.from({ length: VOLUMES }, (_, index) => ({ name: `v-${index}` })) });
  const fetch: typeof globalThis.fetch = (input, init) => emulator.fetch(input, init);
  const place = { region: "kr-west1", environment: "e" } as const;
  const storage = createSamsungScpStorage({ ...keys, ...place, clock, fetch, random: createRandom(3) });
  const nights = await twoNights("Samsung", emulator, storage, clock);
  for (const { requests, planned } of nights) expect(Math.abs(requests / planned - 1)).toBeLessThan(0.05);
  // Two changes of each; and a walk, with a thousand of 10 to 21 pages, for each of: the plan, the names before, two
  // looks at what is being made, the names after, the judgement, two looks at what goes.
  expect(nights[1]?.requests).toBeLessThanOrEqual(2.2 * VOLUMES);
  expect(nights[1]?.tookMs).toBeLessThanOrEqual(20_000);
});
