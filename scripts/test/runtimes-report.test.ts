import { expect, test } from "vitest";
import { failuresOf, mergedTable, type Row, reportOf, resultTable } from "../runtimes/report.ts";

const steps = (failure?: string): NonNullable<Row["run"]>["outcomes"] =>
  ["digitalocean", "samsung-scp", "openstack"].flatMap((cloud) => [
    { cloud, step: "lists" },
    { cloud, step: "creates", ...(failure !== undefined && cloud === "samsung-scp" && { failure }) },
  ]);

const good: Row = { title: "Node 22", how: "as it is", seconds: 1, run: { version: "1", outcomes: steps() } };
const odd: Row = { ...good, title: "Bun", run: { version: "2", outcomes: steps("no key") } };
const broken: Row = { title: "Deno", how: "x", seconds: 1, failure: "NotCapable" };
const absent: Row = { title: "Chromium", how: "a page", seconds: 1, skipped: "none is installed" };

test("the table says for each cloud what works, and what does not", () => {
  expect(resultTable([good, odd, broken]).split("\n").slice(2)).toEqual([
    "| Node 22 | as it is | all | all | all |",
    "| Bun | as it is | all | not: creates | all |",
    "| Deno | x | does not load | does not load | does not load |",
  ]);
});

test("what could not be run here stays as the page has it", () => {
  const known = "| Chromium | a page | all | all | all |";
  expect(mergedTable([good, absent], `before\n${known}\nafter`).split("\n").at(-1)).toBe(known);
  expect(mergedTable([good, broken], "| Deno | x | all | all | all |")).toContain("does not load");
});

test("failures are named, and counted with what passed and what was left out", () => {
  const rows = [good, odd, broken, absent];
  expect(failuresOf(rows)).toEqual(["Bun, as it is, samsung-scp creates: no key", "Deno, x: NotCapable"]);
  expect(reportOf(rows)).toMatchObject({ numPassedTests: 11, numFailedTests: 2, numPendingTests: 1 });
});
