/** Deletes whose answers get lost. */
import type { Fault } from "@polyvol/emulators";
import { expect, inject, test } from "vitest";
import { openCloud, PROVIDERS, strike } from "../src/cloud.ts";
import { pooled } from "../src/pool.ts";
import { report } from "../src/report.ts";

/** Of each kind on each provider: 1,000 in all in a full run. */
const EACH = inject("isFull") ? 250 : 50;
const FAULT: Fault = { kind: "cut-after", perRequest: 1 };

test(`${4 * EACH} deletes, the answer of each lost`, async () => {
  const figures = { deletes: 0, "answers lost": 0, errors: 0, "left over": 0 };
  for (const provider of PROVIDERS) {
    for (const kind of ["volumes", "snapshots"] as const) {
      const cloud = await openCloud(provider);
      const names = Array.from({ length: EACH }, (_, index) => `gone-${index}`);
      const volumes = cloud.seedVolumes(names);
      if (kind === "snapshots") {
        cloud.emulator.seed({ snapshots: names.map((name) => ({ name, volume_name: name })) });
      }
      const ids = kind === "volumes" ? volumes : cloud.holds().snapshots.map(({ id }) => id);
      strike(cloud, `${kind}.delete`, FAULT);
      const storage = cloud.storage();
      const results = await pooled(ids, 50, (id) => storage[kind].delete(id));
      await cloud.clock.sleep(60_000);
      figures.deletes += ids.length;
      figures["answers lost"] += cloud.emulator.faults.list()[0]?.applied ?? 0;
      figures.errors += results.filter((each) => each.status === "rejected").length;
      figures["left over"] += cloud.holds()[kind].length;
    }
  }
  report({
    ...{ id: "05-deletes", promise: "6", what: "deletes whose first answer is lost, both providers" },
    figures,
    bar: "errors 0, left over 0",
  });
  expect(figures).toEqual({
    ...{ deletes: 4 * EACH, "answers lost": 4 * EACH },
    ...{ errors: 0, "left over": 0 },
  });
});
