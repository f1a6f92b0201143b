import { createVirtualClock } from "@polyvol/core/driver";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { createMemoryAccount, createMemoryStorage } from "@polyvol/memory";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type PlannedBound, parsePlan, parsePolicies, plan, run } from "../../src/index.ts";
import { ACCESS_KEY, SECRET_KEY } from "../support/open-clouds.ts";
import { createRandom } from "../support/random.ts";
import { nightly } from "../support/shapes.ts";

const NOW = new Date("2026-05-10T03:05:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PER_HOUR = [{ requests: 5_000, windowMs: HOUR }];

async function accountOf(
  volumes: number,
  requestQuotas: readonly { requests: number; windowMs: number }[],
  prefix = "v",
) {
  const clock = createVirtualClock(NOW.getTime());
  clock.runFreely();
  const account = createMemoryAccount({ clock, names: "free", limits: { requestQuotas, snapshotGapMs: 0 } });
  const storage = createMemoryStorage({ account });
  const names = Array.from({ length: volumes }, (_, index) => `${prefix}-${index}`);
  await Promise.all(names.map((name) => storage.volumes.create({ name, sizeGiB: 1 })));
  return { storage, account };
}

const every = (interval: string, name = "*") =>
  nightly({ select: { name }, schedule: { every: interval, timezone: "UTC" }, retention: { last: 1 } });

async function boundsOf(
  policies: Readonly<Record<string, ReturnType<typeof every>>>,
  clouds: Parameters<typeof plan>[1],
  options: Parameters<typeof plan>[3] = {},
): Promise<readonly PlannedBound[]> {
  const planned = await plan(parsePolicies(policies), clouds, NOW, options);
  // It is kept with the plan.
  expect(parsePlan(JSON.parse(JSON.stringify(planned))).bounds).toEqual(planned.bounds);
  return planned.bounds ?? [];
}

test("an account whose rounds take longer than the interval of its policies is said to be too large", async () => {
  const { storage } = await accountOf(1_500, PER_HOUR);
  const [half] = await boundsOf({ often: every("30min") }, { main: storage });
  expect(half).toMatchObject({
    account: "main",
    clouds: ["main"],
    quota: { requests: 5_000, windowMs: HOUR },
    intervalMs: 30 * MINUTE,
    tooLarge: true,
  });
  // A creation and a deletion of each, and what is read: more than 3,000 at 5,000 an hour.
  expect(half?.roundRequests).toBeGreaterThan(3_000);
  expect(half?.roundRequests).toBeLessThan(3_400);
  expect(half?.roundMs).toBe(Math.ceil(((half?.roundRequests ?? 0) * HOUR) / 5_000));
  expect(half?.roundMs).toBeGreaterThan(30 * MINUTE);
  // This plan makes the first snapshots only, which the quota lets through at once.
  expect(half?.requests).toBeLessThan(2_000);
  expect(half?.shortestMs).toBe(0);
  const [hour] = await boundsOf({ often: every("1h") }, { main: storage });
  expect(hour).toMatchObject({ intervalMs: HOUR, tooLarge: false, roundRequests: half?.roundRequests });
});

test("policies count by how often they are due", async () => {
  const { storage } = await accountOf(100, PER_HOUR);
  const round = async (policies: Parameters<typeof boundsOf>[0]): Promise<number> =>
    (await boundsOf(policies, { main: storage }))[0]?.roundRequests ?? 0;
  const hourly = await round({ a: every("1h") });
  const both = await round({ a: every("1h"), b: every("4h") });
  const twice = await round({ a: every("1h"), b: every("1h") });
  // Beside what is read: a quarter more, and as much again.
  expect(both - hourly).toBeCloseTo((twice - hourly) / 4, -1);
  expect(both).toBeGreaterThan(hourly);
  expect(await round({ a: every("1h"), b: every("1h", "v-1?") })).toBeLessThan(twice);
});

test("clouds of one account share its quota, those of two do not", async () => {
  const [one, two] = [await accountOf(400, PER_HOUR, "a"), await accountOf(400, PER_HOUR, "b")];
  const clouds = { one: one.storage, two: two.storage };
  const apart = await boundsOf({ often: every("1h") }, clouds);
  expect(apart.map(({ account, tooLarge }) => [account, tooLarge])).toEqual([
    ["one", false],
    ["two", false],
  ]);
  const accounts = [{ key: "acme", clouds: ["one", "two"] }];
  const together = await boundsOf({ often: every("15min") }, clouds, { accounts });
  expect(together).toMatchObject([{ account: "acme", clouds: ["one", "two"], tooLarge: true }]);
  const [alone] = await boundsOf({ often: every("15min") }, { one: one.storage });
  expect(together[0]?.roundRequests).toBe((alone?.roundRequests ?? 0) * 2);
});

test("the quota that allows the fewest in the long run counts, and closest slots of a schedule", async () => {
  const quotas = [
    { requests: 250, windowMs: MINUTE },
    { requests: 5_000, windowMs: HOUR },
  ];
  const { storage } = await accountOf(300, quotas);
  const uneven = nightly({
    schedule: { cron: "0,10 3 * * *", timezone: "UTC" },
    retention: { last: 1 },
  });
  const [bound] = await boundsOf({ nightly: uneven }, { main: storage });
  expect(bound).toMatchObject({ quota: quotas[1], intervalMs: 10 * MINUTE });
  // In one go the quota of a minute is the bound.
  expect(bound?.shortestMs).toBe(Math.floor(((bound?.requests ?? 0) - 1) / 250) * MINUTE);
});

test("nothing is said where no quota is stated, nothing is chosen, or only pruned", async () => {
  const { storage } = await accountOf(3, []);
  expect(await boundsOf({ often: every("1h") }, { main: storage })).toEqual([]);
  const quota = (await accountOf(3, PER_HOUR)).storage;
  const none = { ...every("1h", "nobody"), allowEmpty: true };
  expect(await boundsOf({ often: none }, { main: quota })).toEqual([]);
  expect(await boundsOf({ often: every("1h") }, { main: quota }, { pruneOnly: true })).toEqual([]);
  expect(await boundsOf({ often: every("1h") }, { main: new Error("down") })).toEqual([]);
});

test("more volumes never need less, a larger quota never makes it too large", async () => {
  const size = fc.integer({ min: 1, max: 40 });
  const quota = fc.integer({ min: 5, max: 200 });
  await fc.assert(
    fc.asyncProperty(size, size, quota, quota, async (some, more, small, large) => {
      const [few, many] = [some, some + more];
      const bound = async (volumes: number, requests: number): Promise<PlannedBound | undefined> => {
        const { storage } = await accountOf(volumes, [{ requests, windowMs: HOUR }]);
        return (await boundsOf({ often: every("1h") }, { main: storage }))[0];
      };
      const [one, other] = [await bound(few, small), await bound(many, small)];
      expect(other?.roundRequests).toBeGreaterThanOrEqual(one?.roundRequests ?? 0);
      if (other?.tooLarge === false) expect(one?.tooLarge).toBe(false);
      const wider = await bound(many, small + large);
      if (other?.tooLarge === false) expect(wider?.tooLarge).toBe(false);
      expect(wider?.roundMs).toBeLessThanOrEqual(other?.roundMs ?? 0);
    }),
    { numRuns: 15 },
  );
});

/** Runs at each slot, or when the run before it has ended, and counts the slots that nothing was made for. */
async function missedOf(
  requests: number,
): Promise<{ said: boolean | undefined; missed: number; refused: number }> {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:00:00Z"));
  clock.runFreely();
  const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  const emulator = createSamsungScpEmulator({ ...keys, clock });
  emulator.seed({ volumes: Array.from({ length: 30 }, (_, index) => ({ name: `v-${index}` })) });
  const fetch: typeof globalThis.fetch = (input, init) => emulator.fetch(input, init);
  const place = { region: "kr-west1", environment: "e" } as const;
  const quotas = [{ requests, windowMs: 15 * MINUTE }];
  const storage = createSamsungScpStorage({
    ...keys,
    ...place,
    clock,
    fetch,
    quotas,
    random: createRandom(3),
  });
  const policies = parsePolicies({ often: every("15min") });
  const { bounds } = await plan(policies, { main: storage }, new Date(clock.now()));
  const made = new Set<string>();
  const endAt = clock.now() + 3 * HOUR;
  let slots = 0;
  let refused = 0;
  while (clock.now() < endAt) {
    const report = await run(policies, { main: storage }, { clock });
    refused += report.problems.length;
    for (const { slot } of report.volumes.flatMap(({ created }) => created)) made.add(slot);
    await clock.sleep(15 * MINUTE - (clock.now() % (15 * MINUTE)));
  }
  slots = Math.round((endAt - Date.parse("2026-05-10T03:00:00Z")) / (15 * MINUTE));
  return { said: bounds?.[0]?.tooLarge, missed: slots - made.size, refused };
}

test("what is said before holds for the nights after: too large misses slots, and what fits misses none", async () => {
  const large = await missedOf(45);
  expect(large).toMatchObject({ said: true, refused: 0 });
  expect(large.missed).toBeGreaterThan(0);
  expect(await missedOf(100)).toEqual({ said: false, missed: 0, refused: 0 });
});
