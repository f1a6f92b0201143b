#!/bin/sh
# dayjs writes a duration of minus one day as -P1D, in JSON, too, and reads that as one day: the sign before the P is lost, so what was to be
# a day before is a day after. A decimal comma, which ISO 8601 prefers, it reads as nothing: PT0,5H is 0. iso8601-duration loses the sign,
# too. Luxon, Moment and Temporal keep it.
. "$(dirname -- "$0")/lib/install.sh"
install dayjs@1.11.23 iso8601-duration@2.1.3 luxon@3.7.2 moment@2.30.1 temporal-polyfill@1.0.8
cat >run.mjs <<'SCRIPT'
import dayjs from "dayjs";
import duration from "dayjs/plugin/duration.js";
import { parse, toSeconds } from "iso8601-duration";
import { Duration } from "luxon";
import moment from "moment";
import { Temporal } from "temporal-polyfill";
import { verdict } from "./finding.mjs";

dayjs.extend(duration);
const minutes = {
  dayjs: (text) => dayjs.duration(text).asMinutes(),
  "iso8601-duration": (text) => toSeconds(parse(text)) / 60,
  luxon: (text) => Duration.fromISO(text).as("minutes"),
  moment: (text) => moment.duration(text).asMinutes(),
  Temporal: (text) => Temporal.Duration.from(text).total("minutes"),
};
const texts = { "-P1D": -1440, "-PT1H30M": -90 };
const lost = ["dayjs", "iso8601-duration"];
const rows = Object.entries(texts).flatMap(([text, expected]) =>
  Object.entries(minutes).map(([name, of]) => ({
    what: `${name}: ${text}, in minutes`,
    expected,
    found: lost.includes(name) ? -expected : expected,
    seen: of(text),
  })),
);
const written = JSON.parse(JSON.stringify(dayjs.duration(-1, "day")));
const day = dayjs("2026-12-02").add(dayjs.duration(written)).format("YYYY-MM-DD");
verdict(
  ["dayjs", "iso8601-duration", "luxon", "moment", "temporal-polyfill"],
  [
    ...rows,
    { what: "dayjs: minus one day, through JSON", expected: "-P1D", found: "-P1D", seen: written },
    { what: "… added to 2026-12-02", expected: "2026-12-01", found: "2026-12-03", seen: day },
    { what: "dayjs: PT0,5H, in minutes", expected: 30, found: 0, seen: minutes.dayjs("PT0,5H") },
    { what: "moment: PT0,5H, in minutes", expected: 30, found: 30, seen: minutes.moment("PT0,5H") },
  ],
);
SCRIPT
node run.mjs
