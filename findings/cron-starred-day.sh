#!/bin/sh
# One line of a crontab, `0 0 */1 * 5`, is every day to two libraries, and Fridays to two others and to cron itself.
. "$(dirname -- "$0")/lib/install.sh"
install croner@11.0.1 cron-parser@5.10.6 cron@4.4.0 cronosjs@1.7.1
cat >run.mjs <<'SCRIPT'
import { CronTime } from "cron";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { CronosExpression } from "cronosjs";
import { verdict } from "./finding.mjs";

const pattern = "0 0 */1 * 5";
const from = new Date("2026-11-01T00:00:00Z");
const days = (all) => all.map((at) => at.toISOString().slice(8, 10)).join(", ");
const parsed = CronExpressionParser.parse(pattern, { tz: "UTC", currentDate: from });
const time = new CronTime(pattern, "UTC");
const later = [from];
for (let count = 0; count < 4; count += 1) later.push(time.getNextDateFrom(later.at(-1), "UTC").toJSDate());
const seen = {
  croner: days(new Cron(pattern, { timezone: "UTC", paused: true }).nextRuns(4, from)),
  "cron-parser": days(Array.from({ length: 4 }, () => parsed.next().toDate())),
  cron: days(later.slice(1)),
  cronosjs: days(CronosExpression.parse(pattern, { timezone: "UTC" }).nextNDates(from, 4)),
};
const fridays = "06, 13, 20, 27";
const daily = "02, 03, 04, 05";
const found = { croner: daily, "cron-parser": daily, cron: fridays, cronosjs: fridays };
verdict(
  Object.keys(found),
  Object.entries(found).map(([name, says]) => ({
    what: `${name}: the first four days of ${pattern} in November 2026`,
    // crontab(5): the days are joined by "or" only when neither field starts with a star.
    expected: fridays,
    found: says,
    seen: seen[name],
  })),
);
SCRIPT
node run.mjs
