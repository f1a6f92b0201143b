import { MINUTE_MS } from "./calendar.ts";
import type { Story } from "./story.ts";

/** A command that failed is given again so often. */
const MOST_TRIES = 4;

/** Gives a command again as an operator would, when a fault was too much for it. */
export async function again<T extends { readonly ok: boolean }>(
  { operator: { clock, abortSignal }, teller }: Story,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    teller.doing(text);
    try {
      const result = await work();
      if (result.ok || tries === MOST_TRIES) return result;
    } catch (error) {
      abortSignal.throwIfAborted();
      if (tries === MOST_TRIES) throw error;
    }
    await clock.sleep(MINUTE_MS, abortSignal);
  }
}
