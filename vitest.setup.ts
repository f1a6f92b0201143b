/** Runs before each file of tests: what a file leaves changed would meet the next one, since workers are shared. */
import { afterAll, expect } from "vitest";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

function stateOfTheProcess(): object {
  return {
    folder: process.cwd(),
    exitCode: process.exitCode,
    variables: { ...process.env },
    globals: [fetch, Date, Date.now, performance.now, setTimeout, setInterval, setImmediate],
    outputs: [process.stdout, process.stderr],
    signals: SIGNALS.map((signal) => process.listenerCount(signal)),
  };
}

const before = stateOfTheProcess();
afterAll(() => {
  expect(stateOfTheProcess(), "what this file leaves changed").toEqual(before);
});
