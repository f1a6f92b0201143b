/** Two processes make one snapshot of a name, and both lose their answers within the same second. */
import { isPolyvolError } from "@polyvol/core";
import { expect, test } from "vitest";
import { openCloud, strike, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";

const NAMES = 24;

test("samsung-scp: one shows late, the other is taken over and then removed by its maker", async () => {
  const cloud = await openCloud("samsung-scp");
  const names = Array.from({ length: NAMES }, (_, index) => `raced-${index}`);
  const volumes = cloud.seedVolumes(names);
  const [first, second] = [cloud.storage(), cloud.storage()];
  const figures = {
    succeeded: 0,
    overtaken: 0,
    "failed otherwise": 0,
    "failed when made again": 0,
    snapshots: 0,
  };
  for (const [index, name] of names.entries()) {
    strike(cloud, "snapshots.create", { kind: "commit-late", ms: 300, count: 1 });
    strike(cloud, "snapshots.create", { kind: "cut-after", count: 1 });
    const input = { name, volumeId: volumes[index] ?? "" };
    const results = await Promise.allSettled([first, second].map((each) => each.snapshots.create(input)));
    for (const result of results) {
      if (result.status === "fulfilled") {
        figures.succeeded += 1;
        continue;
      }
      // What it had taken over and waited for was removed by its maker: the error says so.
      if (isPolyvolError(result.reason, "operation_failed")) figures.overtaken += 1;
      else figures["failed otherwise"] += 1;
      if ((await thrownBy(first.snapshots.create(input))) !== undefined) {
        figures["failed when made again"] += 1;
      }
    }
  }
  await cloud.clock.sleep(60_000);
  figures.snapshots = cloud.holds().snapshots.length;
  report({
    ...{ id: "02-race", promise: "5", what: `${NAMES} snapshot names on samsung-scp, each by two processes` },
    figures,
    bar: `all ${2 * NAMES}, made again 0, snapshots ${NAMES}`,
  });
  const failed = { overtaken: 0, "failed otherwise": 0, "failed when made again": 0 };
  expect(figures).toEqual({ succeeded: 2 * NAMES, ...failed, snapshots: NAMES });
});
