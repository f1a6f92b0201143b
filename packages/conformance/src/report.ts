import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What one test says about one case of the conformance list. A case may have several tests. */
export interface CaseResult {
  /** Number of the case in the conformance list. */
  readonly number: number;
  /** What the test shows. */
  readonly title: string;
  /** How it ended. */
  readonly result: "passed" | "failed" | "skipped";
  /** Of a skipped test: what the driver lacks. */
  readonly capability?: string;
}

/** The outcome of the kit for one driver. */
export interface ConformanceReport {
  /** Name that the kit was declared with. */
  readonly driver: string;
  /** Results of all tests; a test about two cases counts for each. */
  readonly totals: {
    /** Tests that passed. */
    readonly passed: number;
    /** Tests that failed, or did not end. */
    readonly failed: number;
    /** Tests of what the driver lacks. */
    readonly skipped: number;
  };
  /** By number, then in the order of the kit. */
  readonly cases: readonly CaseResult[];
}

/** Collects results while the tests run. */
export interface Recorder {
  /** Results of a test that is about to run; it counts as failed until `end` is called. */
  begin(title: string): (result: "passed" | "failed" | "skipped", capability?: string) => void;
  report(): ConformanceReport;
}

export function createRecorder(driver: string): Recorder {
  const results: CaseResult[] = [];
  return {
    begin(title) {
      const { numbers, text } = splitTitle(title);
      const first = results.length;
      results.push(...numbers.map((number) => ({ number, title: text, result: "failed" as const })));
      return (result, capability) => {
        for (const [offset, number] of numbers.entries()) {
          const extra = capability === undefined ? {} : { capability };
          results[first + offset] = { number, title: text, result, ...extra };
        }
      };
    },
    report() {
      const cases = [...results].sort((left, right) => left.number - right.number);
      const count = (result: CaseResult["result"]): number =>
        cases.filter((each) => each.result === result).length;
      const totals = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
      return { driver, totals, cases };
    },
  };
}

/** "34, 35. Delete …" is about the cases 34 and 35. */
export function splitTitle(title: string): { readonly numbers: readonly number[]; readonly text: string } {
  const match = /^(\d+(?:, \d+)*)\. (.+)$/s.exec(title);
  const [, numbers, text] = match ?? [];
  if (numbers === undefined || text === undefined) {
    throw new Error(`a case's title starts with its number: ${JSON.stringify(title)}`);
  }
  return { numbers: numbers.split(", ").map(Number), text };
}

/** Writes a report as JSON, making the folder where there is none. */
export async function writeConformanceReport(report: ConformanceReport, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, undefined, 2)}\n`, "utf8");
}

/** Where a driver's report goes: the path that was asked for, or a file of its name in the folder of the environment. */
export function reportPath(driver: string, path: string | undefined): string | undefined {
  if (path !== undefined) return path;
  const folder = process.env["POLYVOL_CONFORMANCE_REPORT_DIR"];
  if (folder === undefined || folder === "") return undefined;
  const file = driver
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return join(folder, `${file}.json`);
}
