#!/bin/sh
# Rules of RFC 5545 that ical.js, Thunderbird's library, reads otherwise than rrule, rrule-temporal and the RFC: every year from a
# 29 February on, it has 1 March in years without one, though dates that are not there are passed over; the last Sunday of a month, at two
# minutes, is the first of the next one, too; the 20th Monday of a year is each Monday; BYSETPOS is read over but in months. It says
# nothing of that.
. "$(dirname -- "$0")/lib/install.sh"
install ical.js@2.2.1 rrule@2.8.1 rrule-temporal@2.2.8
cat >run.mjs <<'SCRIPT'
import ICAL from "ical.js";
import rrule from "rrule";
import { RRuleTemporal } from "rrule-temporal";
import { verdict } from "./finding.mjs";

const COUNT = 4;
const text = (rule, start) => `DTSTART:${start.replace(/[-:]/g, "")}\nRRULE:${rule}`;
const libraries = {
  rrule: (rule, start) => rrule.rrulestr(text(rule, start)).all((_, index) => index < COUNT).map((each) => each.toISOString()),
  "rrule-temporal": (rule, start) =>
    new RRuleTemporal({ rruleString: text(rule, start) }).all((_, index) => index < COUNT).map((each) => each.toInstant().toString()),
  "ical.js": (rule, start) => {
    const all = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start));
    return Array.from({ length: COUNT }, () => all.next().toString());
  },
};
// Each start is the first date of its rule.
const rules = [
  {
    rule: "FREQ=YEARLY",
    start: "2024-02-29T01:00:00Z",
    expected: "2024-02-29T01:00 2028-02-29T01:00 2032-02-29T01:00 2036-02-29T01:00",
    odd: "2024-02-29T01:00 2025-03-01T01:00 2026-03-01T01:00 2027-03-01T01:00",
  },
  {
    rule: "FREQ=MONTHLY;BYDAY=-1SU;BYMINUTE=0,30",
    start: "2026-01-25T01:00:00Z",
    expected: "2026-01-25T01:00 2026-01-25T01:30 2026-02-22T01:00 2026-02-22T01:30",
    odd: "2026-01-25T01:00 2026-01-25T01:30 2026-02-01T01:30 2026-02-22T01:00",
  },
  {
    rule: "FREQ=YEARLY;BYDAY=20MO",
    start: "2026-05-18T01:00:00Z",
    expected: "2026-05-18T01:00 2027-05-17T01:00 2028-05-15T01:00 2029-05-14T01:00",
    odd: "2026-05-18T01:00 2026-05-25T01:00 2026-06-01T01:00 2026-06-08T01:00",
  },
  {
    rule: "FREQ=DAILY;BYHOUR=1,13;BYSETPOS=-1",
    start: "2026-01-01T13:00:00Z",
    expected: "2026-01-01T13:00 2026-01-02T13:00 2026-01-03T13:00 2026-01-04T13:00",
    odd: "2026-01-01T13:00 2026-01-02T01:00 2026-01-02T13:00 2026-01-03T01:00",
  },
];
const rows = rules.flatMap(({ rule, start, expected, odd }) =>
  Object.entries(libraries).map(([name, of]) => ({
    what: `${name}: ${rule}, from ${start}`,
    expected,
    found: name === "ical.js" ? odd : expected,
    seen: of(rule, start).map((each) => each.slice(0, 16)).join(" "),
  })),
);
verdict(["ical.js", "rrule", "rrule-temporal"], rows);
SCRIPT
node run.mjs
