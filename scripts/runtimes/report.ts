import { table } from "../docs/table.ts";
import type { Outcome, Run, Runtime } from "./runtime.ts";

/** A row of the table as it came out. */
export interface Row extends Pick<Runtime, "title" | "how"> {
  readonly seconds: number;
  /** Absent where the runtime could not be had, or could not run the program. */
  readonly run?: Run;
  /** Why it could not be had. */
  readonly skipped?: string;
  /** Why the program did not come to its end. */
  readonly failure?: string;
}

const CLOUDS = {
  digitalocean: "DigitalOcean",
  "samsung-scp": "Samsung Cloud Platform",
  openstack: "OpenStack",
};
const HEAD = ["runtime", "started with", ...Object.values(CLOUDS)];

/** The table of the documentation: one line for each row that was run. */
export function resultTable(rows: readonly Row[]): string {
  const lines = rows.map(({ title, how, run }) => [
    title,
    how,
    ...Object.keys(CLOUDS).map((cloud) => cell(run?.outcomes.filter((each) => each.cloud === cloud) ?? [])),
  ]);
  return table(HEAD, lines);
}

function cell(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  if (outcomes.length === 0) return "does not load";
  return failed.length === 0 ? "all" : `not: ${failed.map(({ step }) => step).join("; ")}`;
}

/** The table as it would be with the rows that could not be run taken from `page`, which has those of an earlier run. */
export function mergedTable(rows: readonly Row[], page: string): string {
  const fresh = resultTable(rows).split("\n");
  const known = page.split("\n");
  const isSame = (a: string, b: string): boolean =>
    a.split("|").slice(0, 3).join("|") === b.split("|").slice(0, 3).join("|");
  return fresh
    .map((line, index) => {
      if (rows[index - 2]?.skipped === undefined) return line;
      return known.find((each) => isSame(each, line)) ?? line;
    })
    .join("\n");
}

/** Everything that went wrong, a line or more for each. */
export function failuresOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ title, how, run, failure }) => [
    ...(failure === undefined ? [] : [`${title}, ${how}: ${failure}`]),
    ...(run?.outcomes ?? []).flatMap((each) =>
      each.failure === undefined ? [] : [`${title}, ${how}, ${each.cloud} ${each.step}: ${each.failure}`],
    ),
  ]);
}

/** For `.reports`: the rows, and their counts in the names of the test runner's reports. */
export function reportOf(rows: readonly Row[]): object {
  const outcomes = rows.flatMap(({ run }) => run?.outcomes ?? []);
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  return {
    numPassedTests: outcomes.length - failed,
    numFailedTests: failed + rows.filter(({ failure }) => failure !== undefined).length,
    numPendingTests: rows.filter(({ skipped }) => skipped !== undefined).length,
    numTodoTests: 0,
    testResults: [],
    rows,
  };
}
