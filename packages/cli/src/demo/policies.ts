import { DAY_MS, HOUR_MS, MINUTE_MS } from "./calendar.ts";

/** How many snapshots of a policy stay, in the words of its retention. */
export interface Rules {
  readonly daily?: number;
  readonly weekly?: number;
  readonly last?: number;
}

/** A policy of the story, with what is needed to count independently of the library what it should lead to. */
export interface StoryPolicy {
  readonly id: string;
  /** What it chooses: names that begin with one of these. */
  readonly prefixes: readonly string[];
  readonly rules: Rules;
  /** Its part of the configuration file. */
  readonly definition: object;
  /** The newest slot at or before an instant, both in milliseconds since the epoch. */
  readonly newestSlot: (at: number) => number;
}

/** Two policies, both at an hour of the day in UTC: one of every night, one of Sundays for the databases. */
export function createPolicies(hour: number): readonly StoryPolicy[] {
  return [
    policy("nightly", ["db-", "web-", "mail-", "files-"], { daily: 7, weekly: 4 }, `0 ${hour} * * *`, (at) =>
      newest(at, hour * HOUR_MS, DAY_MS),
    ),
    policy("sundays", ["db-"], { last: 2 }, `30 ${hour} * * 0`, (at) =>
      // The epoch began on a Thursday: the first Sunday is its fourth day.
      newest(at, 3 * DAY_MS + hour * HOUR_MS + 30 * MINUTE_MS, 7 * DAY_MS),
    ),
  ];
}

function policy(
  id: string,
  prefixes: readonly string[],
  rules: Rules,
  cron: string,
  newestSlot: (at: number) => number,
): StoryPolicy {
  const definition = {
    select: { name: prefixes.map((prefix) => `${prefix}*`) },
    schedule: { cron, timezone: "UTC" },
    retention: rules,
  };
  return { id, prefixes, rules, definition, newestSlot };
}

function newest(at: number, first: number, everyMs: number): number {
  return first + Math.floor((at - first) / everyMs) * everyMs;
}
