import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../../scripts/test/free-port.ts";
import { backupMetrics, parsePolicies, run } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const RULES = fileURLToPath(new URL("../../../../docs/monitoring/polyvol.rules.yaml", import.meta.url));
const HOUR_MS = 3_600_000;

const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const missing = ["promtool", "prometheus"].filter((program) => !isThere(program));
const title =
  missing.length === 0
    ? "a real Prometheus"
    : `a real Prometheus (skipped: no ${missing.join(" and ")} on the path; Debian's package prometheus has it)`;

/** Metrics of this minute: one volume fresh, one late, and a cloud that cannot be seen. */
async function metricsOfNow(): Promise<string> {
  const nowMs = Math.floor(Date.now() / 1000) * 1000;
  const at = (hours: number): string => new Date(nowMs + hours * HOUR_MS).toISOString();
  const world = createMemoryWorld(at(-73));
  const clouds = { do: world.open().do };
  const every = { every: "24h", timezone: "UTC", anchor: at(-96) };
  const policies = parsePolicies({
    first: nightly({ schedule: every, select: { cloud: "do", name: "late" } }),
    second: nightly({ schedule: every, select: { cloud: ["do", "locked"], name: "fresh" } }),
  });
  await makeVolumes(clouds.do, ["late"]);
  await sleepUntil(world, at(-47));
  await run(policies.slice(0, 1), clouds, { clock: world.clock });
  await makeVolumes(clouds.do, ["fresh"]);
  await sleepUntil(world, at(0));
  await run(policies.slice(1), { ...clouds, locked: clouds.do }, { clock: world.clock });
  const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
  const { text } = await backupMetrics(policies, { ...clouds, locked }, new Date(nowMs + 1000));
  return text;
}

/** Serves the text as a scrape finds it. */
async function serve(text: string): Promise<number> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8").end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Starts Prometheus with the alert rules, scraping that port. @returns its address, once it is ready */
async function startPrometheus(target: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "polyvol-prometheus-"));
  const configuration = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [RULES],
    scrape_configs: [{ job_name: "polyvol", static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
  };
  const file = join(folder, "prometheus.yml");
  await writeFile(file, JSON.stringify(configuration));
  const port = await freePort();
  const parameters = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`];
  const child = spawn("prometheus", [...parameters, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => {
    said += data;
  });
  onTestFinished(async () => {
    const ended = once(child, "close");
    if (child.exitCode === null) {
      child.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  const readiness = async (): Promise<string> => {
    if (child.exitCode !== null) return `ended\n${said}`;
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    return response?.ok === true ? "ready" : "not yet";
  };
  await expect.poll(readiness, { interval: 100 }).not.toBe("not yet");
  expect(await readiness()).toBe("ready");
  return url;
}

/** Runs promtool; what it finds wrong is in what it throws. */
function promtool(parameters: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("promtool", [...parameters], (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`promtool ${parameters.join(" ")}\n${stdout}${stderr}`));
    });
    child.stdin?.end(input);
  });
}

describe.skipIf(missing.length > 0)(title, () => {
  test("promtool has nothing against names, units and form", async () => {
    expect(await promtool(["check", "metrics"], await metricsOfNow())).toBe("");
    await expect(promtool(["check", "metrics"], "bad_total_seconds{ 1\n")).rejects.toThrow(/error/);
  });

  test("the alert rules fire when they should, and not before", async () => {
    expect(await promtool(["test", "rules", RULES.replace(".yaml", ".test.yaml")])).toContain("SUCCESS");
  });

  test("a scrape has all of it, and the late volume is on its way to an alert, the fresh one not", async () => {
    const text = await metricsOfNow();
    const prometheus = await startPrometheus(await serve(text));
    const query = async (expression: string): Promise<readonly Result[]> => {
      const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = (await response.json()) as { readonly data: { readonly result: readonly Result[] } };
      return data.result;
    };
    const alerting = async () =>
      (await query('ALERTS{alertname="PolyvolSnapshotLate"}')).map(({ metric }) => metric["volume"]);
    await expect.poll(alerting, { interval: 200 }).toEqual(["late"]);
    // A scrape that a slow machine does not answer within its second makes all of it stale until the next one.
    const up = async () =>
      Object.fromEntries(
        (await query("polyvol_cloud_up")).map(({ metric, value }) => [metric["cloud"], value[1]]),
      );
    await expect.poll(up, { interval: 200 }).toEqual({ do: "1", locked: "0" });
    const names = new Set(text.split("\n").flatMap((line) => /^(polyvol_\w+)/.exec(line)?.[1] ?? []));
    for (const name of names)
      await expect.poll(() => query(name), { interval: 200, message: name }).not.toEqual([]);
    expect(names.size).toBeGreaterThan(8);
  });
});

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}
