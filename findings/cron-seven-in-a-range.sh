#!/bin/sh
# Sunday may be 7 in cron, also at the end of a range: 5-7 is Friday to Sunday to crontab(5), croner and cron-parser. To
# @datasert/cronjs-matcher it is Friday and Saturday, 1-7/2 is no day at all, and fri-sun leaves out Sunday, too; to cronosjs 0-7 is
# Sundays alone. All four take 7 alone for Sunday, none refuses, and a job of every day runs once a week.
. "$(dirname -- "$0")/lib/install.sh"
install cronosjs@1.7.1 @datasert/cronjs-matcher@1.4.0 croner@11.0.1 cron-parser@5.10.6
cat >run.mjs <<'SCRIPT'
import cronjs from "@datasert/cronjs-matcher";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import cronos from "cronosjs";
import { verdict } from "./finding.mjs";

// A Sunday noon: the days of the week from here, by name.
const from = new Date("2026-12-06T12:00:00Z");
const COUNT = 7;
const parsed = (pattern) => CronExpressionParser.parse(pattern, { tz: "UTC", currentDate: from });
const libraries = {
  croner: (pattern) => new Cron(pattern, { timezone: "UTC", paused: true }).nextRuns(COUNT, from),
  "cron-parser": (pattern) => parsed(pattern).take(COUNT).map((each) => each.toDate()),
  cronosjs: (pattern) => cronos.CronosExpression.parse(pattern, { timezone: "UTC" }).nextNDates(from, COUNT),
  "cronjs-matcher": (pattern) =>
    cronjs.getFutureMatches(pattern, { timezone: "UTC", startAt: from.toISOString(), matchCount: COUNT }).map((each) => new Date(each)),
};
const DAYS = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];
const days = (runs) =>
  [...new Set(runs.filter((each) => each - from < 7 * 86_400_000).map((each) => DAYS[each.getUTCDay()]))].join(" ") || "none";

const all = "Mo Tu We Th Fr Sa Su";
const patterns = [
  ["0 3 * * 5-7", "Fr Sa Su", { "cronjs-matcher": "Fr Sa" }],
  ["0 3 * * 1-7", all, { "cronjs-matcher": "Mo Tu We Th Fr Sa" }],
  ["0 3 * * 1-7/2", "Mo We Fr Su", { "cronjs-matcher": "none" }],
  ["0 3 * * 0-7", all, { cronosjs: "Su" }],
];
const rows = patterns.flatMap(([pattern, expected, odd]) =>
  Object.entries(libraries).map(([name, of]) => ({ what: `${name}: ${pattern}`, expected, found: odd[name] ?? expected, seen: days(of(pattern)) })),
);
verdict(["cronosjs", "@datasert/cronjs-matcher", "croner", "cron-parser"], rows);
SCRIPT
node run.mjs
