/** Creates by two processes under mixed faults, on Samsung. */
import { expect, inject, test } from "vitest";
import { openCloud } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { twoProcesses } from "../src/two-processes.ts";

const provider = "samsung-scp";
/** Each of two processes makes this many of each kind; on both providers together 10,000 in a full run. */
const EACH = inject("isFull") ? 1_250 : 150;

for (const kind of ["volume", "snapshot"] as const) {
  // A Samsung volume carries no mark and its name is not enforced: two processes that make the same name is the
  // row below.
  const shared = kind === "snapshot";
  test(`${provider}: ${2 * EACH} ${kind}s by two processes`, async () => {
    const cloud = await openCloud(provider);
    const outcome = await twoProcesses(cloud, kind, shared, EACH);
    const struck = cloud.emulator.faults.list().reduce((sum, each) => sum + each.applied, 0);
    report({
      id: `02-many-${provider}-${kind}`,
      promise: "5",
      what: `${2 * EACH} ${kind} creates on ${provider} by two processes, ${shared ? "the same names" : "each its own names"}`,
      figures: {
        "faults met": struck,
        succeeded: outcome.succeeded,
        "gave up after 4 faults in a row": outcome.gaveUp,
        "overtaken by the other process": outcome.overtaken,
        duplicated: outcome.duplicated,
        "left behind": outcome.leftBehind,
        lost: outcome.lost,
      },
      bar: `together ${2 * EACH}; 0, 0, 0`,
    });
    expect(outcome).toEqual({
      ...{
        succeeded: 2 * EACH - outcome.gaveUp,
        overtaken: 0,
        gaveUp: outcome.gaveUp,
        failed: [],
        reported: 0,
      },
      ...{ duplicated: 0, silent: 0, leftBehind: 0, lost: 0 },
    });
    expect(outcome.gaveUp).toBeLessThanOrEqual(EACH / 100);
    expect(struck).toBeGreaterThan(EACH / 4);
  });
}
