import { execFileSync, spawnSync } from "node:child_process";

/** Whether this machine lets us have loop devices. */
export function hasLoopDevices(): boolean {
  return process.getuid?.() === 0 && spawnSync("losetup", ["--find"], { stdio: "ignore" }).status === 0;
}

/** Makes a real disk of a file, and says its path. */
export function attachLoop(file: string): string {
  return execFileSync("losetup", ["--find", "--show", file], { encoding: "utf8" }).trim();
}

/** Takes such a disk away. */
export function detachLoop(device: string): void {
  // That a loop device is read-only outlives the file behind it.
  execFileSync("blockdev", ["--setrw", device]);
  execFileSync("losetup", ["--detach", device]);
}

/** The disks that a machine has of its attached volumes. */
export interface LoopDisks {
  /** From the id of a volume to its device. */
  readonly devices: ReadonlyMap<string, string>;
  /** Takes away the disks of volumes that are not named, and plugs in those of the rest. */
  plug(volumeIds: readonly string[]): void;
}

/** @param fileOf the data of a volume, which becomes the disk */
export function createLoopDisks(fileOf: (volumeId: string) => string): LoopDisks {
  const devices = new Map<string, string>();
  return {
    devices,
    plug(volumeIds) {
      for (const [id, device] of devices) {
        if (volumeIds.includes(id)) continue;
        detachLoop(device);
        devices.delete(id);
      }
      for (const id of volumeIds) if (!devices.has(id)) devices.set(id, attachLoop(fileOf(id)));
    },
  };
}
