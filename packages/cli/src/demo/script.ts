import type { Calendar } from "./time.ts";
import { dayText, HOUR_MS, MINUTE_MS, SECOND_MS, timeText } from "./time.ts";

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

/** How many minutes the demo plays on a real server. */
export const MINUTES = 4;

/** Minutes in real time on a real server, where the names of all volumes to back up begin with `prefix`. */
export function minuteScript(cloud: string, prefix: string, minutes: number): Script {
  const nextMinute = (at: number): number => (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS + SECOND_MS;
  return {
    unit: "minute",
    rounds: minutes,
    startOf: (round, now) => (round === 0 ? now : nextMinute(now)),
    startText: timeText,
    policies: `policies:
  minutely:
    select: { name: [ "${prefix}db-*", "${prefix}web-*", "${prefix}files-*" ] }
    schedule: { cron: "* * * * *", timezone: UTC }
    retention: { last: 2 }
`,
    policyId: "minutely",
    death: { round: 1, afterRequests: 12 },
    outage: { round: 2, cloud, long: "a minute", endAfter: nextMinute },
    catchUps: 3,
    pauses: { runMs: 3 * SECOND_MS, commandMs: SECOND_MS },
    titles: {
      clouds: "A real server on this machine, reached through a proxy that makes requests fail",
      rounds: `${minutes} minutes of "polyvol backup run" in real time, while one request in eight fails`,
      checked: "Checked on the server itself, past the proxy, whatever Polyvol says",
    },
  };
}
