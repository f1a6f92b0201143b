import { createProgress } from "../output/progress.ts";
import { writeMessage, writeOutput } from "../output/streams.ts";
import { colour, type Tone } from "../output/terminal.ts";

/** Tells a story: what is told stays, what is going on shows on a terminal only. */
export interface Teller {
  heading(text: string): void;
  /** Lines; the line feed at the end is added. */
  tell(text: string): void;
  /** The text in the colour of its meaning, where the story goes to a terminal. */
  paint(tone: Tone, text: string): string;
  /** What is going on now. */
  doing(text: string): void;
  close(): void;
}

/** @param aside the story goes to standard error, because standard output is for data */
export function createTeller(aside: boolean): Teller {
  const write = aside ? writeMessage : writeOutput;
  const stream = aside ? process.stderr : process.stdout;
  const paint = (tone: Tone, text: string): string => colour(tone, text, stream);
  const progress = process.stderr.isTTY ? createProgress() : undefined;
  return {
    heading: (text) => write(`\n${paint("strong", text)}\n\n`),
    tell: (text) => write(`${text}\n`),
    paint,
    doing: (text) => progress?.update("now", text),
    close: () => progress?.close(),
  };
}
