/** A run in a process of its own, on a clock ahead of the machine's: what the SIGKILL test kills. Reads its task from argv. */
import { parsePolicies, run } from "../../src/index.ts";
import { clockAhead } from "./clock-ahead.ts";
import { openClouds } from "./open-clouds.ts";
import { createRandom } from "./random.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as {
  readonly urls: Record<"do" | "scp", string>;
  readonly policies: unknown;
  readonly seed: number;
  readonly aheadMs: number;
};
const clock = clockAhead(task.aheadMs);
const clouds = openClouds(task.urls, {
  clock,
  random: createRandom(task.seed),
  polling: { initialDelayMs: 10, maxDelayMs: 40 },
  settleMs: 60,
});
void run(parsePolicies(task.policies), clouds, { clock }).then((report) => {
  process.exitCode = report.ok ? 0 : 1;
});
