#!/bin/sh
# ISO 8601 writes fractions with a comma or a point, and its second part durations with a sign. dayjs makes nothing of the
# one, so that an hour and a half is zero, and of a day back a day on, without an error. Others read both, or refuse.
. "$(dirname -- "$0")/lib/install.sh"
install dayjs@1.11.23 iso8601-duration@2.1.4 luxon@3.7.2 temporal-polyfill@1.0.8
cat >run.mjs <<'SCRIPT'
import dayjs from "dayjs";
import duration from "dayjs/plugin/duration.js";
import { parse, toSeconds } from "iso8601-duration";
import { Duration } from "luxon";
import { Temporal } from "temporal-polyfill";
import { verdict } from "./finding.mjs";

dayjs.extend(duration);
const readers = {
  dayjs: (text) => dayjs.duration(text).asSeconds(),
  "iso8601-duration": (text) => toSeconds(parse(text)),
  luxon: (text) => Duration.fromISO(text).as("seconds"),
  "temporal-polyfill": (text) => Temporal.Duration.from(text).total({ unit: "seconds" }),
};
const texts = {
  "PT1.5H": [5400, 5400, 5400, 5400, 5400],
  "PT1,5H": [5400, 0, 5400, "invalid", 5400],
  "-P1D": [-86400, 86400, 86400, -86400, -86400],
};
const rows = Object.entries(texts).flatMap(([text, [meant, ...found]]) =>
  Object.entries(readers).map(([name, read], index) => {
    const seconds = read(text);
    return {
      what: `${name}: the seconds of ${text}`,
      expected: `${meant}, or a refusal`,
      found: found[index],
      seen: Number.isNaN(seconds) ? "invalid" : seconds,
    };
  }),
);
verdict(Object.keys(readers), rows);
SCRIPT
node run.mjs
