import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { InlineConfig } from "vitest/node";
import { LongFilesFirst } from "./vitest.sequencer.ts";

/** What hangs ends after this long. Nothing else ends by it, on no machine; no test sets a limit of its own. */
const HANG_MS = 30 * 60_000;

// Processes that tests start take what they load from here, compiled, and so start twice as fast.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

declare module "vitest" {
  export interface ProvidedContext {
    /** Whether what is repeated to count rare things is repeated as often as the documents say: `--mode full`, as CI does. */
    readonly isFull: boolean;
  }
}

/** What all runs of the tests have in common. `report`: the file in `.reports` that CI reads; `mode`: vite's. */
export function commonTestOptions(report: string, mode: string): InlineConfig {
  return {
    provide: { isFull: mode === "full" },
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    teardownTimeout: HANG_MS,
    expect: { poll: { timeout: HANG_MS, interval: 5 } },
    // Some files wait for child processes and for browsers, so one more than there are processors. Of packages that are
    // named few do, and a worker less loads the sources once less.
    maxWorkers: availableParallelism() + (process.argv.some((word) => word.startsWith("packages/")) ? 0 : 1),
    // Much is made and forgotten at once: more room for what is new costs less than tidying up more often.
    execArgv: ["--max-semi-space-size=32"],
    // A worker runs file after file and loads the sources once. So a file leaves the process as it found it, which the
    // setup file sees to.
    isolate: false,
    // It would go before the order of chance that `pnpm test:stress` asks for.
    ...(process.argv.includes("--sequence.shuffle.files") ? {} : { sequence: { sequencer: LongFilesFirst } }),
    setupFiles: [fileURLToPath(new URL("vitest.setup.ts", import.meta.url))],
    globalSetup: [fileURLToPath(new URL("vitest.begin.ts", import.meta.url))],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: `.reports/${report}.json` }]]
      : ["default"],
  };
}
