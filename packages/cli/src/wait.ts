import type { WaitOptions } from "@polyvol/core";
import type { Context } from "./context.ts";
import { secondsText } from "./output/format.ts";
import { createProgress } from "./output/progress.ts";

/** Does one change that is waited for: visibly, and entered in the ledger of what is left. */
export async function change<T>(
  context: Context,
  text: string,
  work: (options: WaitOptions) => Promise<T>,
): Promise<T> {
  const entry = context.ledger.plan(text);
  const progress = createProgress();
  const startedAt = performance.now();
  progress.update(text, "asked for");
  entry.begin();
  try {
    const result = await work({
      ...context.call,
      onProgress: ({ seen }) => progress.update(text, seen),
    });
    progress.finish(text, `done in ${secondsText(performance.now() - startedAt)}`);
    entry.done();
    return result;
  } catch (error) {
    if (!context.signal.aborted) {
      progress.finish(text, "failed", "bad");
      entry.done();
    }
    throw error;
  } finally {
    progress.close();
  }
}
