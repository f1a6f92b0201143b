import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PolyvolError } from "@polyvol/core";
import { listWords } from "@polyvol/core/driver";
import type { DeviceNeeds } from "../device-layer.ts";
import { runProgram } from "./run-program.ts";

/** Switching devices and mounting is for who has this right of Linux: root, unless it was taken or given. */
const SYS_ADMIN = 1n << 21n;
const PROGRAM_MS = 60_000;

/**
 * Whether a device can be given on this machine, before a volume is made for it.
 *
 * @throws PolyvolError `unsupported` off Linux, `permission_denied` without the right, `failed_precondition` without a program
 */
export async function requireLinux(root: string, { mount }: DeviceNeeds): Promise<void> {
  await access(join(root, "sys/class/block")).catch((cause: unknown) => {
    throw refused(
      "unsupported",
      "a snapshot is read on Linux, which shows its disks in /sys/class/block",
      cause,
    );
  });
  const status = await readFile(join(root, "proc/self/status"), "utf8").catch(() => "");
  const rights = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (rights !== undefined && (BigInt(`0x${rights}`) & SYS_ADMIN) === 0n) {
    const what = mount ? "making a device read-only and mounting it" : "making a device read-only";
    throw refused("permission_denied", `${what} needs root, or the capability CAP_SYS_ADMIN`);
  }
  const programs = mount ? ["blockdev", "blkid", "mount", "umount"] : ["blockdev"];
  const found = await Promise.all(programs.map((each) => runProgram(each, ["--version"], PROGRAM_MS)));
  const missing = programs.filter((_, index) => found[index]?.status === undefined);
  if (missing.length === 0) return;
  const reason = `programs of util-linux are missing, or cannot be run: ${listWords(missing)}`;
  throw refused("failed_precondition", reason);
}

function refused(
  code: "unsupported" | "permission_denied" | "failed_precondition",
  reason: string,
  cause?: unknown,
): PolyvolError {
  return new PolyvolError(code, reason, {
    outcome: "not_applied",
    ...(cause === undefined ? {} : { cause }),
  });
}
