/** What a hypervisor does, for there is no Nova: what Cinder calls attached to a server is a disk of this machine. */
import { statSync } from "node:fs";
import { createLinuxDevices, type DeviceLayer } from "@polyvol/backup";
import { createLoopDisks, hasLoopDevices } from "../../../packages/backup/test/mount/loop-disks.ts";
import type { CinderCloud } from "./cloud.ts";
import { volumesOfServer } from "./database.ts";

/** A server that is this machine. */
export interface Hypervisor {
  readonly serverId: string;
  /** The machine's real devices where it has loop devices; else the server's own files. */
  readonly devices: DeviceLayer;
  readonly hasDisks: boolean;
  /** Ids of the volumes that Cinder says it has. */
  attached(): readonly string[];
  /** Takes all disks away. */
  close(): void;
}

/** Characters of a serial number that virtio shows. */
const SERIAL_LENGTH = 20;

export function createHypervisor(cloud: CinderCloud, serverId: string, stateDir: string): Hypervisor {
  const attached = (): readonly string[] => volumesOfServer(cloud.server, serverId);
  const fileOf = (id: string): string => cloud.fileOf("volume", id);
  if (!hasLoopDevices()) {
    const linux = createLinuxDevices({ stateDir });
    const list: DeviceLayer["list"] = async () =>
      attached().map((id) => ({
        ...{ path: fileOf(id), identity: id, serial: id, links: [], sizeBytes: statSync(fileOf(id)).size },
      }));
    const devices = { ...linux, list, prepare: async () => undefined, setReadOnly: async () => undefined };
    return { serverId, devices, hasDisks: false, attached, close: () => undefined };
  }

  const disks = createLoopDisks(fileOf);
  const linux = createLinuxDevices({ stateDir });
  return {
    ...{ serverId, attached, hasDisks: true, close: () => disks.plug([]) },
    devices: {
      ...linux,
      list: async () => {
        disks.plug(attached());
        const serials = new Map(
          [...disks.devices].map(([id, device]) => [device, id.slice(0, SERIAL_LENGTH)]),
        );
        return (await linux.list()).map((each) => {
          const serial = serials.get(each.path);
          return serial === undefined ? each : { ...each, serial };
        });
      },
    },
  };
}
