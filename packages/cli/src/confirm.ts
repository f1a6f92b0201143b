import { createInterface } from "node:readline/promises";
import type { Context } from "./context.ts";
import { clean } from "./output/clean.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Asks before something is lost. `false`: the answer was no.
 * @throws UsageError where nobody can be asked
 */
export async function confirm(context: Context, question: string, yes: unknown): Promise<boolean> {
  if (yes === true) return true;
  const safe = clean(question);
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${safe} Nobody can be asked here: add --yes.`);
  }
  // Without a terminal of its own readline leaves Ctrl-C to the command.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // A terminal that goes away is no answer.
    const closed = new Promise<string>((resolve) => {
      for (const end of ["close", "error"]) lines.once(end, () => resolve(""));
    });
    const answer = await Promise.race([lines.question(`${safe} [y/N] `, { signal: context.signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    throw context.signal.aborted ? context.signal.reason : error;
  } finally {
    lines.close();
  }
}
