import { parsePolicies, type RunReport, run } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createFleetDispatcher, createFleetWorker } from "@polyvol/fleet";
import { onTestFinished } from "vitest";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A tenth of what is documented, for accounts of a tenth of the volumes: the same spans with a tenth of the work. */
const PER_MINUTE = 25;
const PER_HOUR = 500;
const POLICIES = parsePolicies({
  nightly: {
    select: { name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 7 },
  },
});

/** A fleet in simulated time. */
export interface Simulation {
  readonly redisUrl: string;
  /** How many volumes each account has. */
  readonly sizes: readonly number[];
  readonly workers: number;
  /** On how many accounts each works at once. */
  readonly concurrency: number;
}

/** One night: how long it took, and the least that it can take, both in milliseconds of simulated time. */
export interface Night {
  readonly makespanMs: number;
  /** The slowest account alone, or all of them spread evenly, whichever is longer; by requests and quotas. */
  readonly boundMs: number;
  readonly created: number;
  readonly refused: number;
}

/** Two nights of a fleet: in the second it is known how long each account takes. The queue is real. */
export async function simulateNights(simulation: Simulation): Promise<readonly Night[]> {
  const { redisUrl, sizes, workers, concurrency } = simulation;
  const clock = createVirtualClock(Date.parse("2026-07-14T03:00:01Z"));
  clock.runFreely();
  const accounts = sizes.map((size, index) => simulatedAccount(clock, `account-${index}`, size));
  const shared = {
    ...{ redisUrl, queue: "nights", policies: POLICIES },
    accounts: () => accounts.map(({ key }) => ({ key, clouds: [key] })),
  };
  const places = createPlaces(clock);
  const ends: { readonly at: number; readonly report: RunReport }[] = [];
  let doneJobs = 0;
  for (let index = 0; index < workers; index += 1) {
    const worker = await createFleetWorker({
      ...shared,
      concurrency,
      connect: ({ key }) => ({ [key]: accounts.find((each) => each.key === key)?.storage ?? new Error(key) }),
      runOptions: { clock },
      async run(...given) {
        places.begin();
        const [policies, clouds, options] = given;
        const report = await run(policies, clouds, options);
        ends.push({ at: clock.now(), report });
        places.end();
        return report;
      },
      onEvent: ({ type }) => {
        if (type === "done") doneJobs += 1;
      },
    });
    onTestFinished(() => worker.abort());
  }
  const dispatcher = await createFleetDispatcher({ ...shared, clock });
  onTestFinished(() => dispatcher.close());

  const nights: Night[] = [];
  for (let night = 0; night < 2; night += 1) {
    if (night > 0) await clock.sleep(DAY_MS);
    ends.length = 0;
    doneJobs = 0;
    const before = accounts.map(({ sent }) => sent());
    places.open(accounts.length, workers * concurrency);
    const begun = clock.now();
    await dispatcher.dispatch();
    while (doneJobs < accounts.length) await new Promise(setImmediate);
    const spans = accounts.map(({ sent }, index) => leastMs(sent() - (before[index] ?? 0)));
    const all = spans.reduce((sum, each) => sum + each, 0);
    nights.push({
      makespanMs: Math.max(...ends.map(({ at }) => at)) - begun,
      boundMs: Math.max(...spans, all / (workers * concurrency)),
      created: ends.reduce((sum, { report }) => sum + report.totals.created, 0),
      refused: accounts.reduce((sum, { refused }) => sum + refused(), 0),
    });
  }
  return nights;
}

interface SimulatedAccount {
  readonly key: string;
  readonly storage: BlockStorage;
  /** Requests so far, and how many of them were answered with 429. */
  sent(): number;
  refused(): number;
}

function simulatedAccount(clock: VirtualClock, key: string, size: number): SimulatedAccount {
  const quota = { quotaPerMinute: PER_MINUTE, quotaPerHour: PER_HOUR };
  const emulator = createDigitalOceanEmulator({ tokens: ["T"], clock, ...quota, logLimit: 0 });
  const names = Array.from({ length: size }, (_, index) => `volume-${index}`);
  emulator.seed({ volumes: names.map((name) => ({ name, region: "nyc3", size_gigabytes: 1 })) });
  let sent = 0;
  let refused = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await emulator.fetch(input, init);
    sent += 1;
    if (answer.status === 429) refused += 1;
    return answer;
  };
  const quotas = [
    { requests: PER_HOUR, windowMs: 60 * MINUTE_MS },
    { requests: PER_MINUTE, windowMs: MINUTE_MS },
  ];
  const storage = createDigitalOceanStorage({
    ...{ token: "T", region: "nyc3", clock, fetch, quotas, waitTimeoutMs: DAY_MS },
  });
  return { key, storage, sent: () => sent, refused: () => refused };
}

/** The last request goes when the windows before its own are over. */
function leastMs(requests: number): number {
  const minutes = Math.ceil(requests / PER_MINUTE) - 1;
  const hours = Math.ceil(requests / PER_HOUR) - 1;
  return Math.max(0, minutes * MINUTE_MS, hours * 60 * MINUTE_MS);
}

/** Holds simulated time while a place is free and jobs wait: the queue works in real time, and takes none here. */
function createPlaces(clock: VirtualClock) {
  const free: (() => void)[] = [];
  let waiting = 0;
  const hold = (): void => void clock.during(() => new Promise<void>((resolve) => free.push(resolve)));
  return {
    open(jobs: number, places: number): void {
      waiting = jobs;
      for (let index = 0; index < Math.min(jobs, places); index += 1) hold();
    },
    begin(): void {
      waiting -= 1;
      free.shift()?.();
    },
    end(): void {
      // As many as are begun already by the places that are free are not waiting.
      if (waiting > free.length) hold();
    },
  };
}
