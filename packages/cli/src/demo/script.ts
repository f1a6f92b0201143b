import { type Clock, createVirtualClock, startTimer, systemClock } from "@polyvol/core/driver";

/** What a scenario in simulated time and one on a real server do differently. */
export interface Script {
  /** What one round is called. */
  readonly unit: string;
  readonly rounds: number;
  /** When a round begins, counted from 0, in milliseconds since the epoch; `now` is the end of the one before it. */
  startOf(round: number, now: number): number;
  /** How the start of a round is written, in up to 10 characters. */
  startText(at: number): string;
  /** The part of the configuration file about policies. */
  readonly policies: string;
  /** The policy whose snapshots are restored. */
  readonly policyId: string;
  /** The round in which the process dies, and after how many requests. */
  readonly death: { readonly round: number; readonly afterRequests: number };
  /** The round in which a cloud is down, and when it is back: `at` is when a run has failed. */
  readonly outage: {
    readonly round: number;
    readonly cloud: string;
    readonly long: string;
    endAfter(at: number): number;
  };
  /** How often a run is started again before the status is read, where slots go on coming meanwhile. */
  readonly catchUps: number;
  readonly pauses: {
    /** Between a run that could not do everything and the next, and after one that died, in milliseconds. */
    readonly runMs: number;
    /** Before a command is given again, in milliseconds. */
    readonly commandMs: number;
  };
  readonly titles: { readonly clouds: string; readonly rounds: string; readonly checked: string };
}

/** Nights in simulated time, at an hour of the day: one policy of every night, one of Sundays for the databases. */
export function nightScript({ hour, nights }: Calendar): Script {
  return {
    unit: "night",
    rounds: nights.length,
    startOf: (round) => nights[round] ?? 0,
    startText: dayText,
    policies: `policies:
  nightly:
    select: { name: [ "db-*", "web-*", "mail-*", "files-*" ] }
    schedule: { cron: "0 ${hour} * * *", timezone: UTC }
    retention: { daily: 7, weekly: 4 }
  sundays:
    select: { name: [ "db-*" ] }
    schedule: { cron: "30 ${hour} * * 0", timezone: UTC }
    retention: { last: 2 }
`,
    policyId: "nightly",
    death: { round: 9, afterRequests: 70 },
    outage: { round: 17, cloud: "samsung", long: "an hour", endAfter: (at) => at + HOUR_MS },
    catchUps: 0,
    pauses: { runMs: 15 * MINUTE_MS, commandMs: MINUTE_MS },
    titles: {
      clouds: "Two emulated clouds on this machine, reached over HTTP",
      rounds: `${nights.length} nights of "polyvol backup run", while one request in eight fails`,
      checked: "Checked inside the emulators, whatever Polyvol says",
    },
  };
}

/** How many nights the demo plays. */
export const NIGHTS = 30;

export const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** When things happen in the demo. All instants are in milliseconds since the epoch. */
interface Calendar {
  /** The hour of the day, UTC, at which the policies' slots are. */
  readonly hour: number;
  /** When the backup is run, once in each night. */
  readonly nights: readonly number[];
}

/**
 * The nights end a few hours before `now`, so that the snapshots they leave are fresh by the machine's own clock, and
 * stay so for most of a day.
 */
export function createCalendar(now: number): Calendar {
  const lastSlot = Math.floor((now - 3 * HOUR_MS) / HOUR_MS) * HOUR_MS;
  const lastRun = lastSlot + 32 * MINUTE_MS;
  return {
    hour: new Date(lastSlot).getUTCHours(),
    nights: Array.from({ length: NIGHTS }, (_, night) => lastRun - (NIGHTS - 1 - night) * DAY_MS),
  };
}

/** `Sun 25 Oct` */
function dayText(at: number): string {
  const [weekday = "", rest = ""] = new Date(at).toUTCString().split(", ");
  return `${weekday} ${rest.slice(0, 6)}`;
}

/** Sleeps until an instant, in milliseconds since the epoch. Does not sleep when it has passed. */
export async function sleepUntil(clock: Clock, at: number, abortSignal: AbortSignal): Promise<void> {
  await clock.sleep(Math.max(0, at - clock.now()), abortSignal);
}

/** The demo's time: it begins in the past and jumps from pause to pause, until `goLive`. */
interface DemoClock extends Clock {
  /** From now on this is the machine's clock. */
  goLive(): void;
}

/** @param startMs where the demo begins, in milliseconds since the epoch */
export function createDemoClock(startMs: number): DemoClock {
  const virtual = createVirtualClock(startMs);
  virtual.runFreely();
  let live = false;
  return {
    // Where the virtual time is ahead of the machine's, it stands still until the machine has caught up.
    now: () => (live ? Math.max(virtual.now(), systemClock.now()) : virtual.now()),
    sleep: (ms, abortSignal) => (live ? systemClock : virtual).sleep(ms, abortSignal),
    timer: (ms, onElapsed) => startTimer(live ? systemClock : virtual, ms, onElapsed),
    during: (work) => virtual.during(work),
    goLive: () => {
      live = true;
    },
  };
}
