import type { BackupPlan, PlannedBound } from "@polyvol/backup";
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
    `account ${account}${names}: ${number(count)} ${what}, at ${number(quota.requests)} in ${minutesText(quota.windowMs)}: ` +
    `at least ${minutesText(ms)}, longer than the ${minutesText(intervalMs)} from slot to slot; slots will be missed, on however ` +
    "many machines: take longer intervals, fewer volumes, or a larger quota"
  );
}

const number = (value: number): string => value.toLocaleString("en-US");

/** Whole, or up to a tenth: what is longer than 30 minutes is not told as 30 minutes. */
function minutesText(ms: number): string {
  const minutes = Math.ceil(ms / 6_000) / 10;
  return `${number(minutes)} ${minutes === 1 ? "minute" : "minutes"}`;
}
