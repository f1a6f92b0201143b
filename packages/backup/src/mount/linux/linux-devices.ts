import { constants } from "node:fs";
import { access, mkdir, open, readFile, realpath, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PolyvolError, type PolyvolErrorCode } from "@polyvol/core";
import { listWords } from "@polyvol/core/driver";
import type { DeviceLayer, DeviceNeeds } from "../device-layer.ts";
import { listBlockDevices, parseMountInfo, readBytesRead } from "./block-devices.ts";
import { createClaims, requireFolder } from "./claims.ts";
import { mountFilesystem } from "./mount-filesystem.ts";
import { orAbsent } from "./or-absent.ts";
import { runProgram } from "./run-program.ts";
import { inTurn } from "./turns.ts";

/** Programs that only tell or switch. */
const PROGRAM_MS = 60_000;
/** What still reads a filesystem is given so many times this long to end. */
const UNMOUNT_PAUSE_MS = 1_000;
const UNMOUNT_TRIES = 5;

/** Where things are on this machine. */
export interface LinuxDevicesOptions {
  /**
   * Folder for mount points, and for notes on which process uses what. Default `/run/polyvol` for root, for others one of
   * their own in the system's temporary folder.
   */
  readonly stateDir?: string | undefined;
  /** Below which folder `sys`, `proc` and `dev` are read. Default `/`. */
  readonly root?: string | undefined;
}

/**
 * This machine, by `/sys/class/block`, `/dev/disk/by-id` and `/proc`, and by the programs blkid, blockdev, flock,
 * mount and umount of util-linux. Switching a device to read-only and mounting need root.
 */
export function createLinuxDevices(options: LinuxDevicesOptions = {}): DeviceLayer {
  const { root = "/" } = options;
  const stateDir = resolve(options.stateDir ?? defaultStateDir());
  const pointOf = (name: string): string => join(stateDir, name);

  const isMounted = async (name: string): Promise<boolean> => {
    // The kernel tells paths without links. The mount itself is not touched: its disk may be gone.
    const path = join(await realpath(stateDir).catch(orAbsent(stateDir)), name);
    return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8")).some((each) => each.path === path);
  };

  const setReadOnly = async (device: string, abortSignal: AbortSignal | undefined): Promise<void> => {
    const ended = await runProgram("blockdev", ["--setro", device], PROGRAM_MS, abortSignal);
    abortSignal?.throwIfAborted();
    if (ended.status === 0) return;
    const isRoot = process.getuid?.() === 0;
    const hint = isRoot ? "" : "; it needs root";
    throw new PolyvolError(
      isRoot ? "failed_precondition" : "permission_denied",
      `the device ${device} could not be made read-only${hint}: ${ended.said}`,
    );
  };

  return {
    prepare: (needs) => requireLinux(root, needs),
    list: () => listBlockDevices(root),
    setReadOnly: (device, call) => setReadOnly(device, call?.abortSignal),
    async mount({ device, name, mayReplay }, call) {
      const abortSignal = call?.abortSignal;
      await requireUnused(device);
      if (!mayReplay) await setReadOnly(device, abortSignal);
      const point = pointOf(name);
      await mkdir(point, { recursive: true, mode: 0o700 });
      await mountFilesystem(device, point, abortSignal);
      return point;
    },
    async unmount(name) {
      const point = pointOf(name);
      for (let tries = 1; await isMounted(name); tries += 1) {
        const ended = await runProgram("umount", [point], PROGRAM_MS);
        if (ended.status === 0) continue;
        // Not lazily: the filesystem would stay for whoever reads it, and its device be taken from under it.
        if (tries >= UNMOUNT_TRIES) {
          const reason = `${point} could not be unmounted: ${ended.said}; end what uses it (fuser -vm ${point})`;
          throw new PolyvolError("conflict", reason, { retryable: true });
        }
        await pause(UNMOUNT_PAUSE_MS);
      }
      // A folder that stays does no harm.
      await rmdir(point).catch(() => undefined);
    },
    ...createClaims(stateDir, root),
    async alone(task, call) {
      await requireFolder(stateDir);
      return await inTurn(join(stateDir, "attaching.lock"), task, call?.abortSignal);
    },
    isInUse,
    bytesRead: (device) => readBytesRead(root, device),
  };
}

function defaultStateDir(): string {
  const uid = process.getuid?.();
  return uid === 0 ? "/run/polyvol" : join(tmpdir(), `polyvol-${uid ?? "user"}`);
}

/** @throws PolyvolError `failed_precondition` */
async function requireUnused(device: string): Promise<void> {
  if (!(await isInUse(device))) return;
  throw new PolyvolError(
    "failed_precondition",
    `the device ${device} is in use by something else on this machine`,
  );
}

/** Mounts of other namespaces are seen by nothing else. */
async function isInUse(device: string): Promise<boolean> {
  try {
    const opened = await open(device, constants.O_RDONLY | constants.O_EXCL);
    await opened.close();
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return true;
    return orAbsent(false)(error as NodeJS.ErrnoException);
  }
}

/** Switching devices and mounting is for who has this right of Linux: root, unless it was taken or given. */
const SYS_ADMIN = 1n << 21n;

/**
 * Whether a device can be given on this machine, before a volume is made for it.
 *
 * @throws PolyvolError `unsupported` off Linux, `permission_denied` without the right, `failed_precondition` without a program
 */
async function requireLinux(root: string, { mount }: DeviceNeeds): Promise<void> {
  await access(join(root, "sys/class/block")).catch((cause: unknown) => {
    const reason = "a snapshot is read on Linux, which shows its disks in /sys/class/block";
    throw refused("unsupported", reason, cause);
  });
  const status = await readFile(join(root, "proc/self/status"), "utf8").catch(() => "");
  const rights = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (rights !== undefined && (BigInt(`0x${rights}`) & SYS_ADMIN) === 0n) {
    const what = mount ? "making a device read-only and mounting it" : "making a device read-only";
    throw refused("permission_denied", `${what} needs root, or the capability CAP_SYS_ADMIN`);
  }
  const programs = ["flock", "blockdev", ...(mount ? ["blkid", "mount", "umount"] : [])];
  const found = await Promise.all(programs.map((each) => runProgram(each, ["--version"], PROGRAM_MS)));
  const missing = programs.filter((_, index) => found[index]?.status === undefined);
  if (missing.length === 0) return;
  const reason = `programs of util-linux are missing, or cannot be run: ${listWords(missing)}`;
  throw refused("failed_precondition", reason);
}

function refused(code: PolyvolErrorCode, reason: string, cause?: unknown): PolyvolError {
  return new PolyvolError(code, reason, { outcome: "not_applied", cause });
}
