#!/bin/sh
# parse-prometheus-text-format makes one histogram of all those that differ in labels: the last one's buckets, without its
# labels, its count and its sum. A gauge keeps them.
. "$(dirname -- "$0")/lib/install.sh"
install parse-prometheus-text-format@1.1.1
cat >run.mjs <<'SCRIPT'
import parse from "parse-prometheus-text-format";
import { verdict } from "./finding.mjs";

const name = "http_client_request_duration_seconds";
const ofCloud = (cloud, quick, all) => [
  `${name}_bucket{cloud="${cloud}",le="1"} ${quick}`,
  `${name}_bucket{cloud="${cloud}",le="+Inf"} ${all}`,
  `${name}_sum{cloud="${cloud}"} ${all * 2}`,
  `${name}_count{cloud="${cloud}"} ${all}`,
];
const read = (type, lines) => parse([`# TYPE ${name} ${type}`, ...lines, ""].join("\n"))[0].metrics;

const gauges = [{ value: "7", labels: { cloud: "a" } }, { value: "3", labels: { cloud: "b" } }];
verdict(["parse-prometheus-text-format"], [
  {
    what: "a gauge of the clouds a and b",
    expected: gauges,
    found: gauges,
    seen: read("gauge", [`${name}{cloud="a"} 7`, `${name}{cloud="b"} 3`]),
  },
  {
    what: "a histogram of them: 7 requests to a, 3 to b",
    expected: "a histogram for each, with count and sum",
    found: [{ buckets: { 1: "2", "+Inf": "3" } }],
    seen: read("histogram", [...ofCloud("a", 5, 7), ...ofCloud("b", 2, 3)]),
  },
  {
    what: "a histogram of a alone",
    expected: "its labels, count and sum, too",
    found: [{ buckets: { 1: "5", "+Inf": "7" } }],
    seen: read("histogram", ofCloud("a", 5, 7)),
  },
]);
SCRIPT
node run.mjs
