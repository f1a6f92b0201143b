import { chmod, lstat, mkdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PolyvolError } from "@polyvol/core";
import type { DeviceLayer } from "../device-layer.ts";
import { orAbsent } from "./or-absent.ts";

/** A process of this machine, told from a later one with its number. */
interface ClaimRecord {
  readonly pid: number;
  /** When it was started, in the kernel's ticks. */
  readonly startTicks: string;
  /** Which start of the machine. */
  readonly bootId: string;
  /** Whose numbers of processes: those of a container are its own. */
  readonly pidNamespace: string;
}

/** Of a process that has let go. */
const NOBODY: ClaimRecord = { pid: 0, startTicks: "", bootId: "", pidNamespace: "" };

/**
 * Who uses which temporary volume on this machine: in that folder, which is made for this user alone, one file for each, which
 * names a process. What the kernel says of processes is read below `root`.
 */
export function createClaims(
  folder: string,
  root: string,
): Pick<DeviceLayer, "claim" | "release" | "claimOf"> {
  const fileOf = (name: string): string => join(folder, `${name}.claim`);
  return {
    async claim(name) {
      await requireFolder(folder);
      const text = JSON.stringify(await recordOf(root, process.pid));
      try {
        await writeFile(fileOf(name), text, { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      }
    },
    async release(name, outcome) {
      if (outcome === "removed") await rm(fileOf(name), { force: true });
      else await writeFile(fileOf(name), JSON.stringify(NOBODY), { mode: 0o600 });
    },
    async claimOf(name) {
      const claimed = parse(await readFile(fileOf(name), "utf8").catch(orAbsent("")));
      if (claimed === undefined) return "unknown";
      const now = await recordOf(root, claimed.pid).catch(() => undefined);
      if (now === undefined) return "unknown";
      // A process of another container cannot be looked at from here.
      const isElsewhere = claimed.bootId === now.bootId && claimed.pidNamespace !== now.pidNamespace;
      if (isElsewhere) return "unknown";
      return now.startTicks === claimed.startTicks && now.bootId === claimed.bootId && now.startTicks !== ""
        ? "live"
        : "ended";
    },
  };
}

/** A process as it is now; without ticks when there is none of that number. @throws what a look fails with */
async function recordOf(root: string, pid: number): Promise<ClaimRecord> {
  const proc = join(root, "proc");
  const stat = await readFile(join(proc, String(pid), "stat"), "utf8").catch(orAbsent(""));
  const bootId = await readFile(join(proc, "sys/kernel/random/boot_id"), "utf8").catch(orAbsent(""));
  // The second field is the program's name in brackets, which may hold anything; the start is the 22nd.
  const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  const pidNamespace = await readlink(join(proc, "self/ns/pid")).catch(orAbsent(""));
  return { pid, startTicks, bootId: bootId.trim(), pidNamespace };
}

function parse(text: string): ClaimRecord | undefined {
  try {
    const { pid, ...texts } = JSON.parse(text) as ClaimRecord;
    const { startTicks, bootId, pidNamespace } = texts;
    const fits =
      Number.isInteger(pid) && [startTicks, bootId, pidNamespace].every((each) => typeof each === "string");
    return fits ? { pid, startTicks, bootId, pidNamespace } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the folder of this user alone, where it is not there.
 *
 * @throws PolyvolError `failed_precondition` where somebody else's folder has that name
 */
export async function requireFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    const reason = `${folder}: found what another user has made, allowed: a folder of this user`;
    throw new PolyvolError("failed_precondition", reason);
  }
  await chmod(folder, 0o700);
}
