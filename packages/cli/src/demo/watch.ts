import type { Volume } from "@polyvol/core";
import { secondsText } from "../output/format.ts";
import type { Progress } from "../output/progress.ts";
import type { Cost, RequestCounter } from "./count-requests.ts";
import type { Watcher } from "./round.ts";

/** A watcher that shows progress and keeps what each volume cost. */
export interface Watch extends Watcher {
  costOf(cloud: string, volume: Volume): Cost;
  errorOf(cloud: string, volume: Volume): unknown;
}

/** @param words What is being done and what has been done, such as `snapshotting` and `snapshotted`. */
export function createWatch(
  abortSignal: AbortSignal,
  counter: RequestCounter,
  progress: Progress,
  words: readonly [doing: string, done: string],
): Watch {
  const costs = new Map<string, Cost>();
  const errors = new Map<string, unknown>();
  const keyOf = (cloud: string, volume: Volume): string => `${cloud} ${volume.name}`;
  const costOf = (cloud: string, volume: Volume): Cost => {
    const key = keyOf(cloud, volume);
    const cost = costs.get(key) ?? { requests: 0, elapsedMs: 0 };
    costs.set(key, cost);
    return cost;
  };
  return {
    abortSignal,
    costOf,
    errorOf: (cloud, volume) => errors.get(keyOf(cloud, volume)),
    around(cloud, volume, work) {
      progress.update(keyOf(cloud, volume), words[0]);
      return counter.measure(costOf(cloud, volume), work);
    },
    seen(cloud, volume, { seen }) {
      progress.update(keyOf(cloud, volume), `${words[0]}, the cloud says ${seen}`);
    },
    ended(cloud, volume, error) {
      const key = keyOf(cloud, volume);
      if (error === undefined) {
        progress.finish(key, `${words[1]} in ${secondsText(costOf(cloud, volume).elapsedMs)}`);
        return;
      }
      errors.set(key, error);
      progress.finish(key, error instanceof Error ? error.message : String(error), "bad");
    },
  };
}
