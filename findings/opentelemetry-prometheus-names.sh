#!/bin/sh
# Two names of OpenTelemetry that Prometheus spells alike: the exporter writes both, and what it writes cannot be read.
# Prometheus itself takes nothing of such a scrape; its promtool, as Debian 12 ships it, says the same of the text.
. "$(dirname -- "$0")/lib/install.sh"
if ! command -v promtool >/dev/null; then
  (cd "$folder" && apt-get download prometheus >said 2>&1 && dpkg-deb -x prometheus_*.deb .) || {
    echo "this finding needs Debian's prometheus, for promtool" >&2
    exit 2
  }
  PATH=$PATH:$folder/usr/bin
fi
install @opentelemetry/exporter-prometheus@0.223.0 @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/api@1.9.1
cat >run.mjs <<'SCRIPT'
import { spawnSync } from "node:child_process";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { verdict } from "./finding.mjs";

const promtool = (words, input) => spawnSync("promtool", words, { input, encoding: "utf8" });
process.stdout.write(`${promtool(["--version"]).stdout.split("\n")[0]}\n`);

/** What promtool says of what is exported once `record` is done. */
async function check(record) {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  record((scope) => provider.getMeter(scope));
  const { resourceMetrics } = await exporter.collect();
  const { status, stderr } = promtool(["check", "metrics"], new PrometheusSerializer().serialize(resourceMetrics));
  return status === 0 ? "read" : stderr.trim().replace(/^.*line \d+: /, "");
}

const duration = "http.client.request.duration";
verdict(["@opentelemetry/exporter-prometheus", "@opentelemetry/sdk-metrics"], [
  {
    what: "one counter, with the attribute cloud.region",
    expected: "read",
    found: "read",
    seen: await check((meter) => meter("a").createCounter("requests").add(1, { "cloud.region": "nyc3" })),
  },
  {
    what: "the same with cloud.region and cloud_region",
    // The specification joins their values by a semicolon.
    expected: "read",
    found: 'duplicate label names for metric "requests_total"',
    seen: await check((meter) => meter("a").createCounter("requests").add(1, { "cloud.region": "nyc3", cloud_region: "b" })),
  },
  {
    what: `two libraries that both measure ${duration}, as the conventions name it`,
    expected: "read",
    found: 'second HELP line for metric name "http_client_request_duration"',
    seen: await check((meter) => {
      for (const scope of ["a", "b"]) meter(scope).createHistogram(duration, { unit: "s" }).record(1);
    }),
  },
]);
SCRIPT
node run.mjs
