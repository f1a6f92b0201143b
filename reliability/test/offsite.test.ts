/** Snapshots read on a server while requests meet faults: no temporary volume stays. */
import { type SnapshotUse, useSnapshot } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createEmulatedDevices,
  type EmulatedDevicesOptions,
  type Emulator,
  type Fault,
} from "@polyvol/emulators";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, inject, onTestFinished, test } from "vitest";
import { openEmulatedCloud, SERVERS } from "../../packages/openstack/test/emulated-cloud.ts";
import { openCloud, PROVIDERS } from "../src/cloud.ts";
import { FAULTS } from "../src/faults.ts";
import { report } from "../src/report.ts";

const USES = inject("isFull") ? 40 : 3;
const SOURCE = "data";

/** A cloud with one volume and one snapshot of it, and this machine as a server there. */
interface Stage {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly volumeId: string;
  readonly serverId: string;
  readonly shown: Pick<EmulatedDevicesOptions, "links" | "serial">;
  storage(): BlockStorage;
}

async function openStage(provider: string): Promise<Stage> {
  if (provider === "openstack") return await openNova();
  const cloud = await openCloud(provider === "digitalocean" ? "digitalocean" : "samsung-scp");
  const [volumeId = ""] = cloud.seedVolumes([SOURCE]);
  cloud.emulator.seed({ snapshots: [{ name: "taken", volume_name: SOURCE }] });
  const [serverId = ""] = cloud.servers;
  const links: EmulatedDevicesOptions["links"] = ({ name }) =>
    provider === "digitalocean" ? [`scsi-0DO_Volume_${name}`] : [];
  return { ...cloud, volumeId, serverId, shown: { links }, storage: () => cloud.storage() };
}

/** OpenStack with Nova, which attaches there. */
async function openNova(): Promise<Stage> {
  const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
  clock.runFreely();
  const [serverId] = SERVERS;
  const { emulator, connection, close } = await openEmulatedCloud(clock, {
    compute: true,
    logLimit: 200_000,
  });
  onTestFinished(() => close());
  const storage = (): BlockStorage => createOpenStackStorage(connection());
  const { id: volumeId } = await storage().volumes.create({ name: SOURCE, sizeGiB: 1 });
  await storage().snapshots.create({ name: "taken", volumeId });
  return { emulator, clock, volumeId, serverId, shown: { serial: ({ id }) => id.slice(0, 20) }, storage };
}

/** Reads the snapshot so often, each time on a struck cloud, and counts what is left after each and at the end. */
async function useMany({ emulator, clock, volumeId, serverId, shown, storage }: Stage, fault: Fault) {
  const holds = () => emulator.inventory();
  emulator.faults.add(fault);
  const devices = createEmulatedDevices({ inventory: holds, serverId, ...shown });
  const read = (): Promise<SnapshotUse<string>> =>
    useSnapshot(
      storage(),
      { from: { volumeId }, serverId },
      // What a wrong device would give.
      async ({ volume, device }) => {
        const [disk] = (await devices.list()).filter(({ path }) => path === device);
        const held = holds().volumes.find(({ id }) => id === volume.id);
        return disk?.sizeBytes === (held?.sizeGiB ?? 0) * 1024 ** 3 ? "read" : "wrong device";
      },
      { clock, devices },
    );
  const strays = (): number => holds().volumes.filter(({ name }) => name !== SOURCE).length;
  const figures = { read: 0, failed: 0, "left by a run": 0, "left after the next": 0, attached: 0 };
  for (let use = 0; use < USES; use += 1) {
    const result = await read().then(
      (told) => (told.result.state === "done" ? told.result.value : "failed"),
      () => "failed",
    );
    if (result === "read") figures.read += 1;
    else figures.failed += 1;
    // Whatever was held back takes effect now.
    await clock.sleep(60_000);
    if (strays() > 0) figures["left by a run"] += 1;
  }
  const [struck] = emulator.faults.list();
  // The create, attach, detach and delete of each use at least.
  expect(struck?.applied).toBeGreaterThanOrEqual(4 * USES);
  emulator.faults.clear();
  expect((await read()).result).toMatchObject({ state: "done", value: "read" });
  const held = holds().volumes;
  figures["left after the next"] = strays();
  figures.attached = held.filter(({ serverIds }) => serverIds.length > 0).length;
  return figures;
}

for (const provider of [...PROVIDERS, "openstack"]) {
  test(`${provider}: ${USES} uses of a snapshot for each fault, on every request`, async () => {
    const perFault: Record<string, Record<string, number>> = {};
    for (const [name, fault] of FAULTS) {
      perFault[name] = await useMany(await openStage(provider), fault);
    }
    const sum = (figure: string): number =>
      Object.values(perFault).reduce((total, figures) => total + (figures[figure] ?? 0), 0);
    report({
      id: `14-offsite-${provider}`,
      promise: "off-site",
      what: `snapshots read on a server of ${provider}${provider === "openstack" ? ", with Nova" : ""}, ${FAULTS.length} faults of ${USES}, on every request`,
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
