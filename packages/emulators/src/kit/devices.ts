import { nextDevice } from "./device-names.ts";
import type { Inventory } from "./service.ts";

/** A disk as a server shows it. */
export interface EmulatedDevice {
  /** Such as `/dev/vdb`. */
  readonly path: string;
  /** Tells it from the next disk with the same path. */
  readonly identity: string;
  /** Its names in `/dev/disk/by-id`. */
  readonly links: readonly string[];
  /** Its serial number. */
  readonly serial?: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** Who uses it, in words. */
  readonly usedBy?: string;
}

/** Something that a test lets go wrong on the machine, once or (`always`) each time. */
export interface DeviceFault {
  /** The step. */
  readonly step: "list" | "setReadOnly" | "mount" | "unmount" | "claim";
  /** What it throws. */
  readonly error: Error;
  /** Default `false`. */
  readonly always?: boolean | undefined;
}

/** Which server it is, and how its disks look. */
export interface EmulatedDevicesOptions {
  /** What the emulator holds: `() => emulator.inventory()`, or what `GET /_emulator/inventory` of another process answers. */
  readonly inventory: () => Inventory | Promise<Inventory>;
  /** The server whose disks these are, by the id that volumes are attached by. */
  readonly serverId: string;
  /** Names in `/dev/disk/by-id` of the disk of a volume. Default: none. */
  readonly links?:
    | ((volume: { readonly id: string; readonly name: string }) => readonly string[])
    | undefined;
  /** Its serial number. Default: none. */
  readonly serial?:
    | ((volume: { readonly id: string; readonly name: string }) => string | undefined)
    | undefined;
  /** Changes what is listed, for a test of odd machines. */
  readonly change?: ((devices: readonly EmulatedDevice[]) => readonly EmulatedDevice[]) | undefined;
}

/**
 * A server's block devices, made of what an emulator has attached to it: a volume that is attached is a disk, one that is
 * detached is none. It fits the `DeviceLayer` of `@polyvol/backup`. No data: a mount is only remembered.
 */
export interface EmulatedDevices {
  /** The disk of the server's system, and one for each volume that is attached. */
  list(): Promise<readonly EmulatedDevice[]>;
  /** Remembers it. Fails for a disk that is not there. */
  setReadOnly(device: string): Promise<void>;
  /** Remembers it, and gives a path. Fails for a disk that is not there. */
  mount(request: { readonly device: string; readonly name: string }): Promise<string>;
  /** Forgets it. */
  unmount(name: string): Promise<void>;
  /** Claims a name for the process that runs. */
  claim(name: string): Promise<boolean>;
  /** Ends the claim. */
  release(name: string, outcome: "removed" | "left"): Promise<void>;
  /** Who has the name. */
  claimOf(name: string): Promise<"live" | "ended" | "unknown">;
  /** Runs one task after the other. */
  alone<T>(task: () => Promise<T>): Promise<T>;
  /** The process that runs dies: its claims end, its mounts stay. */
  kill(): void;
  /** The machine starts anew: neither mounts nor claims are left. */
  restart(): void;
  /** Lets a step fail. */
  fail(fault: DeviceFault): void;
  /** What is mounted, by name. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Disks that refuse writes. */
  readonly readOnly: ReadonlySet<string>;
}

const GIB_BYTES = 1024 ** 3;
const SYSTEM: EmulatedDevice = {
  path: "/dev/vda",
  identity: "/dev/vda 1",
  links: [],
  sizeBytes: 25 * GIB_BYTES,
  usedBy: "mounted at /",
};

/** Makes the stand-in for a machine; see {@link EmulatedDevices}. */
export function createEmulatedDevices(options: EmulatedDevicesOptions): EmulatedDevices {
  const { inventory, serverId, links = () => [], serial = () => undefined, change = (all) => all } = options;
  /** From the volume's id to its disk. */
  let disks = new Map<string, { readonly path: string; readonly identity: string }>();
  let attached = 1;
  const mounts = new Map<string, string>();
  const readOnly = new Set<string>();
  const claims = new Map<string, "live" | "ended">();
  const faults: DeviceFault[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  function strike(step: DeviceFault["step"]): void {
    const fault = faults.find((each) => each.step === step);
    if (fault === undefined) return;
    if (fault.always !== true) faults.splice(faults.indexOf(fault), 1);
    throw fault.error;
  }

  async function look(): Promise<readonly EmulatedDevice[]> {
    const { volumes } = await inventory();
    const here = volumes.filter((volume) => volume.serverIds.includes(serverId));
    const now: typeof disks = new Map();
    const paths = new Set(
      [...disks].filter(([id]) => here.some((each) => each.id === id)).map(([, disk]) => disk.path),
    );
    const devices = here.map((volume) => {
      const disk = disks.get(volume.id) ?? plugIn(paths);
      paths.add(disk.path);
      now.set(volume.id, disk);
      const shown = serial(volume);
      const isMounted = [...mounts.values()].includes(disk.path);
      return {
        ...disk,
        links: links(volume),
        sizeBytes: volume.sizeGiB * GIB_BYTES,
        ...(shown === undefined ? {} : { serial: shown }),
        ...(isMounted ? { usedBy: "mounted" } : {}),
      };
    });
    disks = now;
    for (const path of readOnly) if (!paths.has(path)) readOnly.delete(path);
    return change([SYSTEM, ...devices]);
  }

  function plugIn(taken: ReadonlySet<string>): { readonly path: string; readonly identity: string } {
    attached += 1;
    const path = nextDevice(taken);
    return { path, identity: `${path} ${attached}` };
  }

  async function requireDisk(device: string): Promise<void> {
    if (!(await look()).some(({ path }) => path === device))
      throw new Error(`${device}: there is no such disk`);
  }

  return {
    mounts,
    readOnly,
    list: async () => {
      strike("list");
      return look();
    },
    setReadOnly: async (device) => {
      strike("setReadOnly");
      await requireDisk(device);
      readOnly.add(device);
    },
    mount: async ({ device, name }) => {
      strike("mount");
      await requireDisk(device);
      mounts.set(name, device);
      return `/run/emulated/${name}`;
    },
    unmount: async (name) => {
      strike("unmount");
      mounts.delete(name);
    },
    claim: async (name) => {
      strike("claim");
      if (claims.has(name)) return false;
      claims.set(name, "live");
      return true;
    },
    release: async (name, outcome) => {
      if (outcome === "left") claims.set(name, "ended");
      else claims.delete(name);
    },
    claimOf: async (name) => claims.get(name) ?? "unknown",
    alone: (task) => {
      const mine = turn.then(task);
      turn = mine.catch(() => undefined);
      return mine;
    },
    kill: () => {
      for (const name of claims.keys()) claims.set(name, "ended");
    },
    restart: () => {
      claims.clear();
      mounts.clear();
      readOnly.clear();
    },
    fail: (fault) => {
      faults.push(fault);
    },
  };
}
