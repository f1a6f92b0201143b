import { afterAll, describe, test } from "vitest";
import { allCases } from "./cases.ts";
import type { MakeHarness } from "./harness.ts";
import {
  type ConformanceReport,
  createRecorder,
  reportPath,
  splitTitle,
  writeConformanceReport,
} from "./report.ts";
import type { ConformanceCase } from "./suite.ts";

/** Which part of the kit to run. */
export interface CheckOptions {
  /** Only these cases, by number. Default: all. */
  readonly only?: readonly number[] | undefined;
}

/** Which part of the kit to run, and what becomes of the results. */
export interface ConformanceOptions extends CheckOptions {
  /**
   * File for the report as JSON. Default: `<driver>.json` in the folder that the environment variable
   * `POLYVOL_CONFORMANCE_REPORT_DIR` names; without it none is written.
   */
  readonly reportPath?: string | undefined;
}

/** What hangs ends after this long, in real milliseconds. No machine is so slow that a case takes it. */
const HANG_MS = 30 * 60_000;

/**
 * Declares the kit for one driver, as vitest tests: call it at the top of a test file. `makeHarness` is called
 * once for each test and gives a fresh account each time.
 */
export function describeBlockStorageDriver(
  name: string,
  makeHarness: MakeHarness,
  options: ConformanceOptions = {},
): void {
  const recorder = createRecorder(name);
  const cases = chosenCases(makeHarness, options);
  describe(`conformance of ${name}`, () => {
    for (const group of new Set(cases.map((each) => each.group))) {
      describe(group, () => {
        for (const each of cases.filter((candidate) => candidate.group === group)) {
          test(each.title, { timeout: HANG_MS }, async (context) => {
            const record = recorder.begin(each.title);
            const skipped = await each.run();
            record(skipped === undefined ? "passed" : "skipped", skipped);
            if (skipped !== undefined) context.skip(`skipped: needs ${skipped}`);
          });
        }
      });
    }
    afterAll(async () => {
      const path = reportPath(name, options.reportPath);
      if (path !== undefined) await writeConformanceReport(recorder.report(), path);
    });
  });
}

/**
 * Runs the kit inside a test of your own and resolves with the report, whatever it says: for a driver that is meant
 * to fail, or for a look at one case.
 */
export async function checkBlockStorageDriver(
  name: string,
  makeHarness: MakeHarness,
  options: CheckOptions = {},
): Promise<ConformanceReport> {
  const recorder = createRecorder(name);
  for (const each of chosenCases(makeHarness, options)) {
    const record = recorder.begin(each.title);
    try {
      const skipped = await each.run();
      record(skipped === undefined ? "passed" : "skipped", skipped);
    } catch {
      record("failed");
    }
  }
  return recorder.report();
}

function chosenCases(makeHarness: MakeHarness, { only }: CheckOptions): readonly ConformanceCase[] {
  const cases = allCases(makeHarness);
  if (only === undefined) return cases;
  return cases.filter(({ title }) => splitTitle(title).numbers.some((number) => only.includes(number)));
}
