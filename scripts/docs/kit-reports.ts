import { readFileSync } from "node:fs";
import { allCases } from "../../packages/conformance/src/cases.ts";
import type { ConformanceReport } from "../../packages/conformance/src/index.ts";
import { createRecorder, splitTitle } from "../../packages/conformance/src/report.ts";
import { skippedFile } from "../../packages/conformance/test/shown-driver.ts";

/**
 * What the kit says of a driver of this repository. Nothing is run: the driver's own `conformance.test.ts` shows that the
 * kit skips what stands in its file, and that all else passes.
 * @throws Error for a case in the file that the kit has not
 */
export function reportOf(driver: string): ConformanceReport {
  const skipped = new Map<string, string>(
    Object.entries(JSON.parse(readFileSync(skippedFile(driver), "utf8"))),
  );
  const recorder = createRecorder(driver);
  const neverRun = (): never => {
    throw new Error("cases are only listed here");
  };
  for (const { title } of allCases(neverRun)) {
    const { numbers, text } = splitTitle(title);
    const record = recorder.begin(title);
    const keys = numbers.map((number) => `${number}. ${text}`);
    const [lacks] = keys.map((key) => skipped.get(key)).filter((each) => each !== undefined);
    for (const key of keys) skipped.delete(key);
    record(lacks === undefined ? "passed" : "skipped", lacks);
  }
  const [stranger] = skipped.keys();
  if (stranger !== undefined) throw new Error(`the kit has no case ${stranger}, which ${driver} skips`);
  return recorder.report();
}
