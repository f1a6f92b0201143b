import { countText, numberText, secondsText } from "../output/format.ts";
import { createProgress } from "../output/progress.ts";
import { writeMessage, writeOutput } from "../output/streams.ts";
import { renderTable } from "../output/table.ts";
import { colour, type Tone } from "../output/terminal.ts";
import type { FaultRow } from "./faults.ts";
import type { Script } from "./script.ts";

/** Writes what happens: lines stay, what is going on shows on a terminal only. */
export interface Reporter {
  heading(text: string): void;
  /** Writes the text and a line feed. */
  line(text: string): void;
  /** The text in the colour of its tone, where lines go to a terminal. */
  paint(tone: Tone, text: string): string;
  /** Shows what is going on now. */
  doing(text: string): void;
  close(): void;
}

/** @param forData standard output is for data, so lines go to standard error */
export function createReporter(forData: boolean): Reporter {
  const write = forData ? writeMessage : writeOutput;
  const stream = forData ? process.stderr : process.stdout;
  const paint = (tone: Tone, text: string): string => colour(tone, text, stream);
  const progress = process.stderr.isTTY ? createProgress() : undefined;
  return {
    heading: (text) => write(`\n${paint("strong", text)}\n\n`),
    line: (text) => write(`${text}\n`),
    paint,
    doing: (text) => progress?.update("now", text),
    close: () => progress?.close(),
  };
}

/** One thing that was checked, and what was wrong. */
export interface Check {
  readonly check: string;
  /** How many resources were looked at. */
  readonly looked: number;
  /** Empty when all is well. */
  readonly wrong: readonly string[];
}

/** The result of the demo, as plain JSON. */
export interface DemoReport {
  /** Whether every check found what has to be. */
  readonly ok: boolean;
  readonly seed: number;
  /** How often the policies ran: in so many nights or minutes. */
  readonly rounds: number;
  readonly clouds: readonly {
    readonly name: string;
    readonly provider: string;
    /** Volumes that policies choose. */
    readonly volumes: number;
  }[];
  readonly faults: readonly FaultRow[];
  readonly totals: {
    readonly runs: number;
    readonly requests: number;
    readonly faults: number;
    readonly created: number;
    readonly deleted: number;
    readonly duplicated: number;
    readonly lost: number;
  };
  readonly checks: readonly Check[];
}

/** How many wrong things are named with each check; all of them are in the JSON. */
const MAX_NAMED = 5;

/** Writes the checks, the table of faults, and the totals. */
export function writeReport(
  { checks, faults, totals, ok, rounds }: DemoReport,
  { unit, titles }: Pick<Script, "unit" | "titles">,
  elapsedMs: number,
  reporter: Reporter,
): void {
  reporter.heading(titles.checked);
  for (const { check, looked, wrong } of checks) {
    const mark = wrong.length === 0 ? reporter.paint("good", "✓") : reporter.paint("bad", "✗");
    reporter.line(`${mark} ${check} (${numberText(looked)})`);
    for (const each of wrong.slice(0, MAX_NAMED)) reporter.line(`    ${each}`);
    if (wrong.length > MAX_NAMED) reporter.line(`    and ${wrong.length - MAX_NAMED} more`);
  }
  reporter.heading("What was survived");
  reporter.line(
    renderTable<FaultRow>(faults, [
      { title: "fault", text: ({ fault }) => fault },
      { title: "injected", text: ({ injected }) => numberText(injected), align: "right" },
      { title: "snapshots it struck", text: ({ creates }) => numberText(creates), align: "right" },
      { title: "duplicated", text: ({ duplicated }) => numberText(duplicated), align: "right" },
      { title: "lost", text: ({ lost }) => numberText(lost), align: "right" },
    ]),
  );
  const { runs, requests, created, deleted, duplicated, lost } = totals;
  reporter.line(
    `${countText(rounds, unit)}, ${runs} runs, ${numberText(requests)} requests, ${numberText(totals.faults)} faults; ` +
      `${numberText(created)} snapshots made, ${numberText(deleted)} deleted; ${duplicated} duplicated, ${lost} lost.`,
  );
  const verdict = ok
    ? reporter.paint("good", "All is as it should be")
    : reporter.paint("bad", "Not all is as it should be");
  reporter.line(`${verdict}, after ${secondsText(elapsedMs)}. The code that did it names no provider.`);
}
