/** Creates whose first request meets a fault: each ends with one resource. */
import { expect, inject, test } from "vitest";
import { type Cloud, type Kind, openCloud, PROVIDERS, strike } from "../src/cloud.ts";
import { FAULTS } from "../src/faults.ts";
import { report } from "../src/report.ts";

const CREATES = inject("isFull") ? 40 : 6;

async function createMany(cloud: Cloud, kind: Kind): Promise<Record<string, number>> {
  const names = Array.from({ length: CREATES }, (_, index) => `made-${String(index).padStart(2, "0")}`);
  const volumes = kind === "snapshot" ? cloud.seedVolumes(names.map((name) => `of-${name}`)) : [];
  const { volumes: volumeCalls, snapshots: snapshotCalls } = cloud.storage();
  const results = await Promise.allSettled(
    names.map(
      (name, index): Promise<{ readonly id: string }> =>
        kind === "volume"
          ? volumeCalls.create({ name, sizeGiB: cloud.sizeGiB })
          : snapshotCalls.create({ name, volumeId: volumes[index] ?? "" }),
    ),
  );
  // Whatever was held back takes effect now.
  await cloud.clock.sleep(60_000);
  const held = cloud.holds()[`${kind}s`].filter(({ name }) => name.startsWith("made-"));
  const returned = new Set(results.flatMap((each) => (each.status === "fulfilled" ? [each.value.id] : [])));
  return {
    succeeded: results.filter((each) => each.status === "fulfilled").length,
    duplicated: held.length - new Set(held.map(({ name }) => name)).size,
    leftBehind: held.filter(({ id }) => !returned.has(id)).length,
    missing: names.filter((name) => !held.some((each) => each.name === name)).length,
  };
}

for (const provider of PROVIDERS) {
  for (const kind of ["volume", "snapshot"] as const) {
    test(`${provider}: ${CREATES} ${kind}s for each fault`, async () => {
      const perFault: Record<string, Record<string, number>> = {};
      for (const [name, fault] of FAULTS) {
        const cloud = await openCloud(provider);
        strike(cloud, `${kind}s.create`, fault);
        perFault[name] = await createMany(cloud, kind);
        const [status] = cloud.emulator.faults.list();
        expect(status?.applied, name).toBeGreaterThanOrEqual(CREATES);
      }
      const sum = (figure: string): number =>
        Object.values(perFault).reduce((total, figures) => total + (figures[figure] ?? 0), 0);
      report({
        id: `01-creates-${provider}-${kind}`,
        promise: "5",
        what: `${kind} creates on ${provider}, ${FAULTS.length} faults of ${CREATES}`,
        figures: {
          created: `${sum("succeeded")} of ${FAULTS.length * CREATES}`,
          duplicated: sum("duplicated"),
          "left behind": sum("leftBehind"),
        },
        bar: "all, 0, 0",
      });
      const perfect = { succeeded: CREATES, duplicated: 0, leftBehind: 0, missing: 0 };
      expect(perFault).toEqual(Object.fromEntries(FAULTS.map(([name]) => [name, perfect])));
    });
  }
}
