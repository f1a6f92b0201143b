#!/bin/sh
# Where the clock skips the last hour of a day, two cron libraries leave the night out that they elsewhere move.
. "$(dirname -- "$0")/lib/install.sh"
install croner@11.0.1 cron-parser@5.10.6 cron@4.4.0
cat >run.mjs <<'SCRIPT'
import { CronTime } from "cron";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { verdict } from "./finding.mjs";

/** The runs between two instants, in UTC. */
const runs = {
  croner: (pattern, timezone, from, to) =>
    upTo(new Cron(pattern, { timezone, paused: true }).nextRuns(5, new Date(from)), to),
  "cron-parser": (pattern, tz, from, to) => {
    const next = CronExpressionParser.parse(pattern, { tz, currentDate: from });
    return upTo(Array.from({ length: 5 }, () => next.next().toDate()), to);
  },
  cron: (pattern, zone, from, to) => {
    const time = new CronTime(pattern, zone);
    const all = [new Date(from)];
    for (let count = 0; count < 5; count += 1) all.push(time.getNextDateFrom(all.at(-1), zone).toJSDate());
    return upTo(all.slice(1), to);
  },
};
const upTo = (all, to) => all.map((at) => at.toISOString().slice(0, 16)).filter((at) => at < to).join(", ");

// In Nuuk 2026-03-28 ends at 23:00, which is 00:00 of the 29th. In Berlin 2026-03-29 has no 02:00 to 03:00.
const nights = [
  ["30 23 * * *", "America/Nuuk", "2026-03-27T12:00Z", "2026-03-30T12:00"],
  ["30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00"],
];
const three = "2026-03-28T01:30, 2026-03-29T01:00, 2026-03-30T00:30";
const two = "2026-03-28T01:30, 2026-03-30T00:30";
const berlin = "2026-03-29T01:00, 2026-03-30T00:30";
const found = {
  croner: [two, berlin],
  "cron-parser": [two, "2026-03-29T01:30, 2026-03-30T00:30"],
  cron: [three, berlin],
};
const rows = Object.entries(runs).flatMap(([name, of]) =>
  nights.map((night, index) => ({
    what: `${name}: ${night[0]} in ${night[1]} over the night in which the clock goes forward`,
    expected: index === 0 ? three : "a run in each night",
    found: found[name][index],
    seen: of(...night),
  })),
);
verdict(["croner", "cron-parser", "cron"], rows);
SCRIPT
node run.mjs
