/** Two processes make one snapshot of a name, and both lose their answers within the same second. */
import { expect, test } from "vitest";
import { openCloud, strike } from "../src/cloud.ts";
import { report } from "../src/report.ts";

const NAMES = 24;

test("samsung-scp: one shows late, the other is taken over and then removed by its maker", async () => {
  const cloud = await openCloud("samsung-scp");
  const names = Array.from({ length: NAMES }, (_, index) => `raced-${index}`);
  const volumes = cloud.seedVolumes(names);
  const [first, second] = [cloud.storage(), cloud.storage()];
  let succeeded = 0;
  for (const [index, name] of names.entries()) {
    strike(cloud, "snapshots.create", { kind: "commit-late", ms: 300, count: 1 });
    strike(cloud, "snapshots.create", { kind: "cut-after", count: 1 });
    const input = { name, volumeId: volumes[index] ?? "" };
    const results = await Promise.allSettled([first, second].map((each) => each.snapshots.create(input)));
    succeeded += results.filter(({ status }) => status === "fulfilled").length;
  }
  await cloud.clock.sleep(60_000);
  const left = cloud.holds().snapshots.length;
  report({
    ...{ id: "02-race", promise: "5", what: `${NAMES} snapshot names on samsung-scp, each by two processes` },
    figures: { succeeded, snapshots: left },
    bar: `${2 * NAMES}, ${NAMES}`,
  });
  expect({ succeeded, left }).toEqual({ succeeded: 2 * NAMES, left: NAMES });
});
