/** Two processes make the same names at the same time on a real Cinder, which takes any number of each. */
import type { Fault } from "@polyvol/emulators";
import { describe, expect, test } from "vitest";
import { pooled } from "../../src/pool.ts";
import { report } from "../../src/report.ts";
import { type Kind, openCloud } from "../src/cloud.ts";
import { readServer } from "../src/server.ts";

const NAMES = 20;
const FAULTS: readonly Fault[] = [
  { kind: "cut-after", probability: 0.15, seed: 1 },
  { kind: "cut-before", probability: 0.1, seed: 2 },
  { kind: "answer", status: 503, when: "after", probability: 0.1, seed: 3 },
];

describe.skipIf(readServer() === undefined)("two processes on a real Cinder", () => {
  test.each<readonly [string, Kind, readonly Fault[]]>([
    ["volumes", "volume", []],
    ["snapshots", "snapshot", []],
    ["volumes, a third of the requests struck", "volume", FAULTS],
    ["snapshots, a third of the requests struck", "snapshot", FAULTS],
  ])("%s", async (what, kind, faults) => {
    const cloud = await openCloud();
    const processes = [cloud.storage(), cloud.storage()];
    const names = Array.from({ length: NAMES }, (_, index) => `made-${index}`);
    const volumeIds: string[] = [];
    if (kind === "snapshot") {
      const [{ volumes }] = processes as [(typeof processes)[0]];
      const made = await Promise.all(names.map((name) => volumes.create({ name: `of-${name}`, sizeGiB: 1 })));
      volumeIds.push(...made.map(({ id }) => id));
    }
    for (const fault of faults) cloud.strikeCreates(kind, fault);
    const results = await Promise.all(
      processes.map(({ volumes, snapshots }) =>
        pooled(
          names,
          NAMES,
          (name, index): Promise<{ readonly id: string }> =>
            kind === "volume"
              ? volumes.create({ name, sizeGiB: 1 })
              : snapshots.create({ name, volumeId: volumeIds[index] ?? "" }),
        ),
      ),
    );
    const all = results.flat();
    const held = cloud.holds()[`${kind}s`].filter(({ name }) => name.startsWith("made-"));
    const returned = new Set(all.flatMap((each) => (each.status === "fulfilled" ? [each.value.id] : [])));
    const figures = {
      succeeded: all.filter(({ status }) => status === "fulfilled").length,
      duplicated: held.length - new Set(held.map(({ name }) => name)).size,
      "left behind": held.filter(({ id }) => !returned.has(id)).length,
      lost: [...returned].filter((id) => !held.some((each) => each.id === id)).length,
    };
    report({
      id: `cinder-1-processes-${kind}-${faults.length}`,
      promise: "5",
      what: `${NAMES} names by two processes: ${what}`,
      figures,
      bar: `${2 * NAMES}, 0, 0, 0`,
    });
    expect(all.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []))).toEqual([]);
    expect(figures).toEqual({ succeeded: 2 * NAMES, duplicated: 0, "left behind": 0, lost: 0 });
  });
});
