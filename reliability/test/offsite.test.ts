/** Snapshots read on a server while requests meet faults: no temporary volume stays. */
import { type SnapshotUse, useSnapshot } from "@polyvol/backup";
import { createEmulatedDevices } from "@polyvol/emulators";
import { expect, test } from "vitest";
import { type Cloud, openCloud, PROVIDERS } from "../src/cloud.ts";
import { FAULTS } from "../src/faults.ts";
import { report } from "../src/report.ts";

const USES = 40;
const SOURCE = "data";

/** Reads the snapshot so often, each time on a struck cloud, and counts what is left after each and at the end. */
async function useMany(cloud: Cloud): Promise<Record<string, number>> {
  const [volumeId = ""] = cloud.seedVolumes([SOURCE]);
  cloud.emulator.seed({ snapshots: [{ name: "taken", volume_name: SOURCE }] });
  const [serverId = ""] = cloud.servers;
  const devices = createEmulatedDevices({
    inventory: cloud.holds,
    serverId,
    links: ({ name }) => (cloud.provider === "digitalocean" ? [`scsi-0DO_Volume_${name}`] : []),
  });
  const read = (): Promise<SnapshotUse<string>> =>
    useSnapshot(
      cloud.storage(),
      { from: { volumeId }, serverId },
      // What a wrong device would give.
      async ({ volume, device }) => {
        const [disk] = (await devices.list()).filter(({ path }) => path === device);
        const held = cloud.holds().volumes.find(({ id }) => id === volume.id);
        return disk?.sizeBytes === (held?.sizeGiB ?? 0) * 1024 ** 3 ? "read" : "wrong device";
      },
      { clock: cloud.clock, devices },
    );
  const strays = (): number => cloud.holds().volumes.filter(({ name }) => name !== SOURCE).length;
  const figures = { read: 0, failed: 0, "left by a run": 0, "left after the next": 0, attached: 0 };
  for (let use = 0; use < USES; use += 1) {
    const result = await read().then(
      (told) => (told.result.state === "done" ? told.result.value : "failed"),
      () => "failed",
    );
    if (result === "read") figures.read += 1;
    else figures.failed += 1;
    // Whatever was held back takes effect now.
    await cloud.clock.sleep(60_000);
    if (strays() > 0) figures["left by a run"] += 1;
  }
  const [struck] = cloud.emulator.faults.list();
  // The create, attach, detach and delete of each use at least.
  expect(struck?.applied).toBeGreaterThanOrEqual(4 * USES);
  cloud.emulator.faults.clear();
  expect((await read()).result).toMatchObject({ state: "done", value: "read" });
  const held = cloud.holds().volumes;
  figures["left after the next"] = strays();
  figures.attached = held.filter(({ serverIds }) => serverIds.length > 0).length;
  return figures;
}

for (const provider of PROVIDERS) {
  test(`${provider}: ${USES} uses of a snapshot for each fault, on every request`, async () => {
    const perFault: Record<string, Record<string, number>> = {};
    for (const [name, fault] of FAULTS) {
      const cloud = await openCloud(provider);
      cloud.emulator.faults.add(fault);
      perFault[name] = await useMany(cloud);
    }
    const sum = (figure: string): number =>
      Object.values(perFault).reduce((total, figures) => total + (figures[figure] ?? 0), 0);
    report({
      id: `14-offsite-${provider}`,
      promise: "off-site",
      what: `snapshots read on a server of ${provider}, ${FAULTS.length} faults of ${USES}, on every request`,
      figures: {
        read: `${sum("read")} of ${FAULTS.length * USES}`,
        "volumes left by a run": sum("left by a run"),
        "left after the next run": sum("left after the next"),
        "attached for ever": sum("attached"),
      },
      bar: "left after the next run 0, attached for ever 0",
    });
    const clean = { "left after the next": 0, attached: 0 };
    expect(perFault).toMatchObject(Object.fromEntries(FAULTS.map(([name]) => [name, clean])));
  });
}
