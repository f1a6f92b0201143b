import type { Options } from "./action.ts";
import { type Context, createContext } from "./context.ts";
import { reportError } from "./errors.ts";
import { INTERRUPTED, listenForInterrupts } from "./interruption.ts";
import { createLedger } from "./ledger.ts";
import { cleanLines } from "./output/clean.ts";
import { beQuiet, keepOutputForData, say } from "./output/streams.ts";

/** Runs a command with its context, and turns whatever it throws into a message and an exit code. */
export async function runInContext(
  options: Options,
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that returns nothing has succeeded
  work: (context: Context) => Promise<number | void>,
): Promise<number> {
  if (options["output"] !== "table") keepOutputForData();
  if (options["quiet"] === true) beQuiet();
  const interrupts = listenForInterrupts();
  const ended = new AbortController();
  const ledger = createLedger();
  try {
    return (await work(createContext(options, interrupts, ended.signal, ledger))) ?? 0;
  } catch (error) {
    if (!interrupts.signal.aborted) return reportError(error);
    const left = ledger.left();
    say(left.length === 0 ? "Interrupted; nothing is left half done.\n" : "Interrupted. What is left:\n");
    for (const line of left) say(`  ${cleanLines(line)}\n`);
    if (left.length > 0) say("The same command can be repeated: it continues, and makes nothing twice.\n");
    return INTERRUPTED;
  } finally {
    ended.abort();
    interrupts.release();
  }
}
