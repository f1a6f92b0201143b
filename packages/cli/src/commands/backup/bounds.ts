import type { BackupPlan, PlannedBound } from "@polyvol/backup";
import { minutesText, numberText, quotaText } from "../../output/format.ts";
import { areMessagesJson, writeMessage } from "../../output/streams.ts";

/** Says which accounts are too large for their schedules, before anything is done. Changes no exit code. */
export function warnOfBounds({ bounds = [] }: Pick<BackupPlan, "bounds">): void {
  for (const bound of bounds.filter(({ tooLarge }) => tooLarge)) {
    const text = boundText(bound);
    writeMessage(areMessagesJson() ? text : `warning: ${text}\n`, "warn");
  }
}

/** The arithmetic of one account, and what follows from it. */
function boundText(bound: PlannedBound): string {
  const { account, clouds, quota, requests, shortestMs, roundRequests, roundMs, intervalMs } = bound;
  const names = clouds.length === 1 && clouds[0] === account ? "" : ` (${clouds.join(", ")})`;
  const isRound = roundMs > intervalMs;
  const [count, ms] = isRound ? [roundRequests, roundMs] : [requests, shortestMs];
  const what = isRound ? `requests in each ${minutesText(intervalMs)}` : "requests now";
  return (
    `account ${account}${names}: ${numberText(count)} ${what}, at ${quotaText(quota)}: ` +
    `at least ${minutesText(ms)}, longer than the ${minutesText(intervalMs)} from slot to slot; slots will be missed, on however ` +
    "many machines: take longer intervals, fewer volumes, or a larger quota"
  );
}
