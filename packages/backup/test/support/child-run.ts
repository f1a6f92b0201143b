/** A run in a process of its own, on the machine's clock: what the SIGKILL test kills. Reads its task from argv. */
import { parsePolicies, run } from "../../src/index.ts";
import { openClouds } from "./emulated-clouds.ts";
import { createRandom } from "./random.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as {
  readonly urls: Record<"do" | "scp", string>;
  readonly policies: unknown;
  readonly seed: number;
};
const clouds = openClouds(task.urls, {
  random: createRandom(task.seed),
  polling: { initialDelayMs: 10, maxDelayMs: 40 },
  settleMs: 60,
});
const report = await run(parsePolicies(task.policies), clouds);
process.exitCode = report.ok ? 0 : 1;
