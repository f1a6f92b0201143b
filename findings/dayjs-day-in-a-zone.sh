#!/bin/sh
# In a zone that is set by its plugin, dayjs adds a day or a month at the old offset where the clock changes: noon becomes one o'clock, or
# eleven. The first instant of a day whose midnight is skipped is one of the day before, and what startOf("day") gives depends on the
# zone of the machine. An issue of dayjs tells of the first since 2020. Luxon, Moment and date-fns with its zones keep the time.
. "$(dirname -- "$0")/lib/install.sh"
install dayjs@1.11.23 luxon@3.7.2 moment-timezone@0.6.6 date-fns@4.4.0 @date-fns/tz@1.5.0
cat >times.mjs <<'SCRIPT'
import { TZDate } from "@date-fns/tz";
import { addDays, addMonths, startOfDay } from "date-fns";
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone.js";
import utc from "dayjs/plugin/utc.js";
import { DateTime } from "luxon";
import moment from "moment-timezone";

dayjs.extend(utc);
dayjs.extend(timezone);
const libraries = {
  dayjs: {
    at: (instant, zone) => dayjs(instant).tz(zone),
    day: (time) => time.add(1, "day"),
    month: (time) => time.add(1, "month"),
    start: (time) => time.startOf("day"),
  },
  luxon: {
    at: (instant, zone) => DateTime.fromISO(instant, { zone }),
    day: (time) => time.plus({ days: 1 }),
    month: (time) => time.plus({ months: 1 }),
    start: (time) => time.startOf("day"),
  },
  moment: {
    at: (instant, zone) => moment.tz(instant, zone),
    day: (time) => time.add(1, "day"),
    month: (time) => time.add(1, "month"),
    start: (time) => time.startOf("day"),
  },
  "date-fns": {
    at: (instant, zone) => new TZDate(instant, zone),
    day: (time) => addDays(time, 1),
    month: (time) => addMonths(time, 1),
    start: (time) => startOfDay(time),
  },
};
const { at, ...steps } = libraries[process.argv[2]];
const told = (instant, zone, step) => {
  const end = new Date(steps[step](at(instant, zone)).valueOf());
  return new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(end);
};
process.stdout.write(
  JSON.stringify([
    told("2026-03-28T11:00:00Z", "Europe/Berlin", "day"),
    told("2026-10-01T10:00:00Z", "Europe/Berlin", "month"),
    told("2026-04-24T10:00:00Z", "Africa/Cairo", "start"),
    told("2026-10-25T11:00:00Z", "Europe/Berlin", "start"),
  ]),
);
SCRIPT
cat >run.mjs <<'SCRIPT'
import { execFileSync } from "node:child_process";
import { verdict } from "./finding.mjs";

const times = (library, TZ) => JSON.parse(execFileSync(process.execPath, ["times.mjs", library], { env: { ...process.env, TZ } }));
const what = "from noon of 2026-03-28 and 2026-10-01 in Berlin a day and a month on, and the first minute of 2026-04-24 in Cairo and 2026-10-25 in Berlin";
// Cairo has no 00:00 to 01:00 on that day.
const right = ["2026-03-29 12:00", "2026-11-01 12:00", "2026-04-24 01:00", "2026-10-25 00:00"];
const rows = [
  ["dayjs", "UTC", ["2026-03-29 13:00", "2026-11-01 11:00", "2026-04-23 23:00", "2026-10-25 00:00"]],
  ["dayjs", "America/New_York", ["2026-03-29 13:00", "2026-11-01 11:00", "2026-04-23 23:00", "2026-10-25 01:00"]],
  ["luxon", "America/New_York", right],
  ["moment", "America/New_York", right],
  ["date-fns", "America/New_York", right],
];
verdict(
  ["dayjs", "luxon", "moment-timezone", "date-fns", "@date-fns/tz"],
  rows.map(([library, zone, found]) => ({ what: `${library} on a machine in ${zone}: ${what}`, expected: right, found, seen: times(library, zone) })),
);
SCRIPT
node run.mjs
