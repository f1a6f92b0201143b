/** How long a fleet takes, in simulated time, against the least that quotas and the slowest account allow. */
import { describe, expect, onTestFinished, test } from "vitest";
import { REDIS_SERVER, startRedis, WITHOUT_REDIS } from "../../packages/fleet/test/redis-server.ts";
import { simulateNights } from "../src/fleet/simulated-nights.ts";
import { createRandom } from "../src/random.ts";
import { report } from "../src/report.ts";

const FULL = process.env["POLYVOL_FLEET"] === "full";
const WORKERS = 4;
const { accounts, fewPlaces } = FULL ? { accounts: 200, fewPlaces: 6 } : { accounts: 24, fewPlaces: 1 };
const title = REDIS_SERVER === undefined ? `a fleet's nights (${WITHOUT_REDIS})` : "a fleet's nights";

describe.skipIf(REDIS_SERVER === undefined)(title, () => {
  test.each([
    // In the first night nobody knows which accounts take longest, and the last one here does.
    { places: "fewer places than accounts", concurrency: fewPlaces, known: 1 },
    { places: "a place for each account", concurrency: accounts / WORKERS, known: 0 },
  ])("a night takes hardly longer than it must, with $places", async ({ concurrency, known }) => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const random = createRandom(20_261_201);
    // From 10 to 90 volumes; the largest, by its key the last, has 200.
    const sizes = Array.from({ length: accounts }, () => 10 + Math.floor(random() * 81));
    sizes[accounts - 1] = 200;
    const nights = await simulateNights({ redisUrl: redis.url, sizes, workers: WORKERS, concurrency });
    const volumes = sizes.reduce((sum, size) => sum + size, 0);
    const over = (index: number): number => {
      const { makespanMs = Number.NaN, boundMs = Number.NaN } = nights[index] ?? {};
      return Math.round((makespanMs / boundMs) * 100) / 100;
    };
    report({
      id: `23-fleet-nights-${known}`,
      promise: "23",
      what: `${WORKERS} workers, each on ${concurrency} of ${accounts} accounts at once, ${volumes} volumes, a tenth of DigitalOcean's quota (simulated time)`,
      figures: {
        "first night, of the bound": over(0),
        "later nights": over(1),
        "bound in minutes": Math.round((nights[1]?.boundMs ?? Number.NaN) / 60_000),
        "answers 429": nights.reduce((sum, { refused }) => sum + refused, 0),
      },
      bar: `${known === 0 ? "both nights" : "later nights"} at most 1.10; 429 0`,
    });
    expect(nights.map(({ created, refused }) => ({ created, refused }))).toEqual([
      { created: volumes, refused: 0 },
      { created: volumes, refused: 0 },
    ]);
    for (let night = known; night < nights.length; night += 1) expect(over(night)).toBeLessThanOrEqual(1.1);
  });
});
