import type { BlockStorage, BlockStorageOptions } from "@polyvol/core";
import { createEmulatedDevices, type EmulatedDevices, type EmulatedDevicesOptions } from "@polyvol/emulators";
import type { SamsungScpEmulatorOptions } from "@polyvol/emulators/samsung-scp";
import type { DeviceLayer, SnapshotUseOptions, SnapshotUseRequest } from "../../src/index.ts";
import type { EmulatedWorld } from "./emulated-clouds.ts";
import { createSeededWorld, VOLUMES } from "./seeded.ts";

export type CloudName = "do" | "scp";
export const CLOUDS: readonly CloudName[] = ["do", "scp"];

/** Two servers of each cloud, the first of which is this machine. */
const SERVERS = {
  do: ["1001", "1002"],
  scp: ["b13531ca-99ec-4aa5-a2dd-a85665b0a358", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"],
} as const;
const FAR_DROPLET = 1003;

/** One cloud, and this machine as a server of it. */
export interface MountWorld {
  readonly world: EmulatedWorld;
  readonly devices: EmulatedDevices & DeviceLayer;
  readonly serverId: string;
  readonly otherServerId: string;
  readonly request: SnapshotUseRequest;
  readonly options: SnapshotUseOptions;
  storage(options?: BlockStorageOptions & { readonly fetch?: typeof fetch }): BlockStorage;
  /** Volumes that are there beside the seeded ones, with the servers that have them. */
  strays(): readonly { readonly name: string; readonly serverIds: readonly string[] }[];
}

export const SOURCE_ID: string = VOLUMES[0]?.id ?? "";

/** A Droplet in another region than the volumes. */
export const FAR_SERVER = { serverId: String(FAR_DROPLET), serverRegion: "sfo3" };

export async function createMountWorld(
  cloud: CloudName,
  change?: EmulatedDevicesOptions["change"],
  scp: Partial<SamsungScpEmulatorOptions> = {},
): Promise<MountWorld> {
  const droplets = [
    ...SERVERS.do.map((id) => ({ id: Number(id), region: "nyc3" })),
    { id: FAR_DROPLET, region: "sfo3" },
  ];
  const world = await createSeededWorld({ do: { droplets }, scp: { servers: SERVERS.scp, ...scp } });
  const [serverId, otherServerId] = SERVERS[cloud];
  const emulator = world.emulators[cloud];
  const seeded = new Set(emulator.inventory().volumes.map(({ id }) => id));
  const devices = createEmulatedDevices({
    inventory: () => emulator.inventory(),
    serverId,
    links: ({ name }) => (cloud === "do" ? [`scsi-0DO_Volume_${name}`] : []),
    change,
  });
  return {
    ...{ world, devices, serverId, otherServerId },
    request: { from: { volumeId: SOURCE_ID }, serverId, cloud },
    options: { clock: world.clock, devices },
    storage: (options) => world.open(options)[cloud],
    strays: () =>
      emulator
        .inventory()
        .volumes.filter(({ id }) => !seeded.has(id))
        .map(({ name, serverIds }) => ({ name, serverIds })),
  };
}
