import { AsyncLocalStorage } from "node:async_hooks";
import { Writable } from "node:stream";
import type { Machine } from "../src/context.ts";
import { runCli } from "../src/index.ts";
import { runCommandLine } from "../src/program.ts";

/** Where a command line runs. */
export interface Place {
  readonly folder: string;
  /** All variables that it sees. */
  readonly env: Readonly<Record<string, string>>;
  /** Columns of the terminal. By default there is none. */
  readonly columns?: number;
}

/** What became of a command line. */
export interface Written {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Output {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Of the command line that the code at work belongs to. */
const current = new AsyncLocalStorage<Output>();

/** Each command line listens for signals, and Node takes more than ten listeners for a leak. */
const MOST_AT_ONCE = 8;

/**
 * Runs a command line to its end in this process: some twenty times as fast as a process of its own. It writes to
 * streams of its own and sees the folder and the variables given; those are the process's, so only command lines of one
 * place run side by side, and the others wait. What is about the process itself (signals, terminals, what is loaded,
 * closed outputs) is tested on a process: `start`. `onText` gets all that is written, in order; `machine` stands in for
 * this one.
 */
export function runHere(
  args: readonly string[],
  place: Place,
  onText?: (text: string) => void,
  machine?: Machine,
): Promise<Written> {
  const work = machine === undefined ? () => runCli(args) : () => runCommandLine(args, machine);
  return workHere(work, place, onText);
}

/** The same for a part of a command, which resolves with an exit code. */
export async function workHere(
  work: () => Promise<number>,
  place: Place,
  onText: (text: string) => void = () => undefined,
): Promise<Written> {
  const leave = await enter(place);
  const texts = { out: "", err: "" };
  const keep = (key: "out" | "err"): Writable =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk, _encoding, done) {
          texts[key] += chunk;
          onText(String(chunk));
          done();
        },
      }),
      { columns: place.columns },
    );
  try {
    const code = await current.run({ stdout: keep("out"), stderr: keep("err") }, work);
    return { code, ...texts };
  } finally {
    leave();
  }
}

for (const name of ["stdout", "stderr"] as const) {
  const own = process[name];
  Object.defineProperty(process, name, { configurable: true, get: () => current.getStore()?.[name] ?? own });
}

interface Waiting {
  readonly place: Place;
  readonly begin: () => void;
}

const waiting: Waiting[] = [];
let running = 0;
let here: string | undefined;
let own = { folder: "", env: process.env };

const keyOf = (place: Place): string => JSON.stringify([place.folder, place.env]);

/** Resolves once the process is at that place, with the way to leave it. */
async function enter(place: Place): Promise<() => void> {
  await new Promise<void>((begin) => {
    waiting.push({ place, begin });
    admit();
  });
  return () => {
    running -= 1;
    admit();
  };
}

function admit(): void {
  if (running === 0 && here !== undefined) {
    here = undefined;
    process.chdir(own.folder);
    process.env = own.env;
  }
  for (let next = waiting[0]; next !== undefined && running < MOST_AT_ONCE; next = waiting[0]) {
    if (here === undefined) {
      here = keyOf(next.place);
      own = { folder: process.cwd(), env: process.env };
      process.chdir(next.place.folder);
      process.env = { ...next.place.env };
    }
    if (keyOf(next.place) !== here) return;
    waiting.shift();
    running += 1;
    next.begin();
  }
}
