import type { Inventory, LogEntry } from "@polyvol/emulators";
import { expect, test } from "vitest";
import { readLog, sumRows } from "../src/demo/faults.ts";
import { type Check, writeReport } from "../src/demo/reporter.ts";

test("faults are counted by kind, with what became of the snapshots that they struck", () => {
  const entry = (id: string | undefined, name: string, target = "/v1/snapshots"): LogEntry =>
    ({
      method: "POST",
      target,
      requestBody: JSON.stringify({ name }),
      ...(id === undefined ? {} : { fault: { id, kind: "cut-after" } }),
    }) as LogEntry;
  const snapshot = (name: string): Inventory["snapshots"][number] =>
    ({ id: name, name }) as Inventory["snapshots"][number];
  const lost = "answer lost, the request took effect";
  const { creations, rows } = readLog(
    [
      entry(`${lost}/1`, "once"),
      entry(`${lost}/1`, "twice"),
      entry(`${lost}/1`, "twice"),
      entry(`${lost}/1`, "never"),
      entry(`${lost}/1`, "a volume", "/v1/volumes"),
      entry("outage", "once"),
      entry(undefined, "never"),
    ],
    ["once", "twice", "twice"].map(snapshot),
  );
  expect(creations).toEqual([
    { name: "once", held: 1 },
    { name: "twice", held: 2 },
    { name: "never", held: 0 },
  ]);
  expect(rows.filter(({ injected }) => injected > 0)).toEqual([
    { fault: lost, injected: 5, creates: 3, duplicated: 1, lost: 1 },
  ]);
  expect(sumRows([...rows, ...rows]).find(({ fault }) => fault === lost)).toEqual({
    fault: lost,
    injected: 10,
    creates: 6,
    duplicated: 2,
    lost: 2,
  });
});

test("the report names what is wrong, five things of each check, and says so in the end", () => {
  const lines: string[] = [];
  const reporter = {
    heading: (text: string) => void lines.push(text),
    line: (text: string) => void lines.push(text),
    paint: (tone: string, text: string) => `${tone}(${text})`,
    doing: () => undefined,
    close: () => undefined,
  };
  const checks: readonly Check[] = [
    { check: "first", looked: 1234, wrong: [] },
    { check: "second", looked: 7, wrong: ["a", "b", "c", "d", "e", "f", "g"] },
  ];
  const totals = { runs: 2, requests: 3000, faults: 4, created: 5, deleted: 6, duplicated: 7, lost: 8 };
  const script = { unit: "night", titles: { clouds: "", rounds: "", checked: "Checked" } };
  writeReport(
    { ok: false, seed: 1, rounds: 2, clouds: [], faults: [], totals, checks },
    script,
    1234,
    reporter,
  );
  const text = lines.join("\n");
  expect(text).toContain(
    "good(✓) first (1,234)\nbad(✗) second (7)\n    a\n    b\n    c\n    d\n    e\n    and 2 more\n",
  );
  expect(text).toContain(
    "2 nights, 2 runs, 3,000 requests, 4 faults; 5 snapshots made, 6 deleted; 7 duplicated, 8 lost.",
  );
  expect(text).toContain("bad(Not all is as it should be), after 1.2 s.");
});
