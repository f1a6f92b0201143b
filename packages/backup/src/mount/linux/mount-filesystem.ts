import { PolyvolError } from "@polyvol/core";
import { show } from "@polyvol/core/driver";
import { runProgram } from "./run-program.ts";

/** A journal may be large. */
const MOUNT_MS = 600_000;
const LOOK_MS = 60_000;

/** The filesystems that are mounted, and what each needs besides. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  ext2: [],
  ext3: [],
  ext4: [],
  // The volume that the snapshot is of may be mounted here, with the same id.
  xfs: ["nouuid"],
};

/** Nothing in a snapshot is to be run, or to give rights. */
const ALWAYS = ["ro", "nosuid", "nodev", "noexec"];

/**
 * Mounts what is on a device read-only. The kernel replays its journal where the device can be written to, so that what
 * is read is consistent.
 *
 * @throws PolyvolError `failed_precondition` for what is no filesystem that can be mounted so; `permission_denied`
 */
export async function mountFilesystem(
  device: string,
  point: string,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  const type = await look(device, "TYPE", abortSignal);
  const own = OPTIONS[type];
  if (own === undefined) throw await unmountable(device, type, abortSignal);
  const options = [...ALWAYS, ...own].join(",");
  const ended = await runProgram("mount", ["-t", type, "-o", options, device, point], MOUNT_MS, abortSignal);
  abortSignal?.throwIfAborted();
  if (ended.status === 0) return;
  if (process.getuid?.() !== 0) {
    throw new PolyvolError("permission_denied", `mounting ${device} needs root: ${ended.said}`);
  }
  // The kernel says so when it would have to write: the journal holds changes.
  const journal = /read-only/i.test(ended.said)
    ? "; the journal of its filesystem holds changes that would have to be written first: freeze or unmount the filesystem before the snapshot is taken, or read the device without a mount"
    : "";
  throw new PolyvolError(
    "failed_precondition",
    `${device} (${type}) could not be mounted${journal}: ${ended.said}`,
  );
}

async function unmountable(
  device: string,
  type: string,
  abortSignal: AbortSignal | undefined,
): Promise<PolyvolError> {
  const table = type === "" ? await look(device, "PTTYPE", abortSignal) : "";
  const partitions = `a partition table (${table})`;
  const found = type === "" ? (table === "" ? "no filesystem" : partitions) : show(type);
  const reason = `the filesystem on ${device}: found ${found}, allowed to mount: ${Object.keys(OPTIONS).join(", ")} on the whole volume; all else can be read from the device`;
  return new PolyvolError("failed_precondition", reason);
}

/** What is on a device, by its own look at it. Empty: nothing that is known. */
async function look(device: string, tag: string, abortSignal: AbortSignal | undefined): Promise<string> {
  const parameters = ["--probe", "--output", "value", "--match-tag", tag, device];
  const ended = await runProgram("blkid", parameters, LOOK_MS, abortSignal);
  abortSignal?.throwIfAborted();
  // 2: nothing of that kind was found.
  if (ended.status === 0 || ended.status === 2) return ended.output.trim();
  throw new PolyvolError("failed_precondition", `what is on ${device} could not be read: ${ended.said}`);
}
