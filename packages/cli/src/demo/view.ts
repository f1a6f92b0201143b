import { secondsText } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import type { Outcome } from "./outcome.ts";
import type { FaultRow } from "./tally.ts";
import type { Teller } from "./teller.ts";

/** How many things that are wrong are named with each check; all of them are in the JSON. */
const MOST_NAMED = 5;

const number = (value: number): string => value.toLocaleString("en");

/** Tells what was checked, what was survived, and what it all came to. */
export function tellOutcome(
  { checks, faults, totals, ok, nights }: Outcome,
  elapsedMs: number,
  teller: Teller,
): void {
  teller.heading("Checked inside the emulators, whatever Polyvol says");
  for (const { check, looked, wrong } of checks) {
    const mark = wrong.length === 0 ? teller.paint("good", "✓") : teller.paint("bad", "✗");
    teller.tell(`${mark} ${check} (${number(looked)})`);
    for (const each of wrong.slice(0, MOST_NAMED)) teller.tell(`    ${each}`);
    if (wrong.length > MOST_NAMED) teller.tell(`    and ${wrong.length - MOST_NAMED} more`);
  }
  teller.heading("What was survived");
  teller.tell(
    renderTable<FaultRow>(faults, [
      { title: "fault", text: ({ fault }) => fault },
      { title: "injected", text: ({ injected }) => number(injected), align: "right" },
      { title: "snapshots it struck", text: ({ creates }) => number(creates), align: "right" },
      count("duplicated"),
      count("lost"),
    ]),
  );
  const { runs, requests, created, deleted, duplicated, lost } = totals;
  teller.tell(
    `${nights} nights, ${runs} runs, ${number(requests)} requests, ${number(totals.faults)} faults; ` +
      `${number(created)} snapshots made, ${number(deleted)} deleted; ${duplicated} duplicated, ${lost} lost.`,
  );
  const verdict = ok
    ? teller.paint("good", "All is as it should be")
    : teller.paint("bad", "Not all is as it should be");
  teller.tell(`${verdict}, after ${secondsText(elapsedMs)}. The code that did it names no provider.`);
}

function count(key: "duplicated" | "lost"): Parameters<typeof renderTable<FaultRow>>[1][number] {
  return {
    title: key,
    text: (row) => number(row[key]),
    align: "right",
  };
}
