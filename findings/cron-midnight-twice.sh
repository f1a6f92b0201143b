#!/bin/sh
# Where the clock goes back at midnight, cron runs what is to run at 00:15 twice: the first time at 23:15, an hour before.
. "$(dirname -- "$0")/lib/install.sh"
install cron@4.4.0 croner@11.0.1 cron-parser@5.10.6
cat >run.mjs <<'SCRIPT'
import { CronTime } from "cron";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { verdict } from "./finding.mjs";

const pattern = "15 0 * * *";
/** The first three runs after an instant. */
const runs = {
  cron: (zone, from) => {
    const time = new CronTime(pattern, zone);
    const all = [from];
    for (let count = 0; count < 3; count += 1) all.push(time.getNextDateFrom(all.at(-1), zone).toJSDate());
    return all.slice(1);
  },
  croner: (timezone, from) => new Cron(pattern, { timezone, paused: true }).nextRuns(3, from),
  "cron-parser": (tz, from) => {
    const next = CronExpressionParser.parse(pattern, { tz, currentDate: from });
    return Array.from({ length: 3 }, () => next.next().toDate());
  },
};
/** By the clock of the zone. */
const shown = (all, timeZone) =>
  all.map((at) => at.toLocaleString("sv-SE", { timeZone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" })).join(", ");

// In Cairo 24:00 of 2026-10-29 is 23:00 again, in Santiago 24:00 of 2026-04-04.
const nights = [
  ["Africa/Cairo", "2026-10-28T12:00Z", "29/10 00:15, 30/10 00:15, 31/10 00:15", "29/10 00:15, 29/10 23:15, 30/10 00:15"],
  ["America/Santiago", "2026-04-03T12:00Z", "04/04 00:15, 05/04 00:15, 06/04 00:15", "04/04 00:15, 04/04 23:15, 05/04 00:15"],
];
const rows = nights.flatMap(([zone, from, right, twice]) =>
  Object.entries(runs).map(([name, next]) => ({
    what: `${name}: ${pattern} in ${zone}`,
    expected: right,
    found: name === "cron" ? twice : right,
    seen: shown(next(zone, new Date(from)), zone),
  })),
);
verdict(["cron", "croner", "cron-parser"], rows);
SCRIPT
node run.mjs
