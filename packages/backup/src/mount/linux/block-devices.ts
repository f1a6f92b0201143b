import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { PolyvolError } from "@polyvol/core";
import { listWords, omitUndefined } from "@polyvol/core/driver";
import type { BlockDevice } from "../device-layer.ts";
import { orAbsent } from "./or-absent.ts";

const SECTOR_BYTES = 512;
/** Made of other devices, of memory, or with a medium that comes and goes: none is the disk of a volume. */
const NO_DISK = /^(?:dm-|md\d|zram|ram|sr\d|fd\d)/;

/** Where the kernel says what is used. */
interface Usage {
  readonly mounts: readonly Mount[];
  readonly swaps: readonly string[];
}

/**
 * All whole disks, by what the kernel and udev say below `root`.
 *
 * @throws PolyvolError `unsupported` on a machine without `/sys/class/block`
 */
export async function listBlockDevices(root: string): Promise<readonly BlockDevice[]> {
  const names = await readdir(join(root, "sys/class/block")).catch((error: unknown) => {
    const reason = "finding the device of a volume needs Linux with /sys/class/block";
    throw new PolyvolError("unsupported", reason, { outcome: "not_applied", cause: error });
  });
  const links = await linksById(root);
  const usage: Usage = {
    mounts: parseMountInfo(await textOf(root, "proc/self/mountinfo")),
    swaps: (await textOf(root, "proc/swaps")).split("\n").map((line) => line.split(/\s/)[0] ?? ""),
  };
  const disks = names.filter((name) => !NO_DISK.test(name)).toSorted();
  const read = await Promise.all(disks.map((name) => readDisk(root, name, links, usage)));
  return read.filter((device) => device !== undefined);
}

/** What the kernel has read from a disk since it is there; `undefined` where it does not say. */
export async function readBytesRead(root: string, device: string): Promise<number | undefined> {
  const name = device.replace(/^\/dev\//, "").replaceAll("/", "!");
  // The third figure is sectors, of this size whatever the disk's own.
  const sectors = (await textOf(root, "sys/class/block", name, "stat")).split(/\s+/)[2];
  return sectors === undefined || !/^\d+$/.test(sectors) ? undefined : Number(sectors) * SECTOR_BYTES;
}

/** Undefined: it is none, or has gone while it was looked at. */
async function readDisk(
  root: string,
  name: string,
  links: ReadonlyMap<string, readonly string[]>,
  usage: Usage,
): Promise<BlockDevice | undefined> {
  const at = join("sys/class/block", name);
  const entries = await namesIn(root, at);
  const sizeBytes = Number(await textOf(root, at, "size")) * SECTOR_BYTES;
  const isHidden = (await textOf(root, at, "hidden")) === "1";
  if (entries.includes("partition") || isHidden || !(sizeBytes > 0)) return undefined;
  const path = `/dev/${name.replaceAll("!", "/")}`;
  const sequence = await textOf(root, at, "diskseq");
  const serial = await serialOf(root, at);
  const usedBy = await userOf(root, at, path, entries, usage);
  return omitUndefined({
    path,
    identity: sequence === "" ? path : `${path} ${sequence}`,
    links: links.get(basename(path)) ?? [],
    sizeBytes,
    serial: serial === "" ? undefined : serial,
    usedBy,
  });
}

/** Each disk bus has a place of its own for the serial number. */
async function serialOf(root: string, at: string): Promise<string> {
  // One that the kernel cannot read is none.
  const virtio = await textOf(root, at, "serial").catch(() => "");
  if (virtio !== "") return virtio;
  const nvme = await textOf(root, at, "device/serial").catch(() => "");
  if (nvme !== "") return nvme;
  // SCSI: four bytes of header, the last of them the length.
  const page = await readFile(join(root, at, "device/vpd_pg80")).catch(() => Buffer.alloc(0));
  return page
    .subarray(4, 4 + (page[3] ?? 0))
    .toString("latin1")
    .trim();
}

/** Who uses a disk or one of its partitions, in words. */
async function userOf(
  root: string,
  at: string,
  path: string,
  entries: readonly string[],
  { mounts, swaps }: Usage,
): Promise<string | undefined> {
  const name = basename(at);
  const partitions = entries.filter((entry) => entry.startsWith(name));
  const parts = ["", ...partitions];
  const numbers = await Promise.all(parts.map((part) => textOf(root, at, part, "dev")));
  const paths = [path, ...partitions.map((part) => `/dev/${part}`)];
  const mounted = mounts.filter((each) => numbers.includes(each.numbers) || paths.includes(each.source));
  if (mounted.length > 0) return `mounted at ${listWords(mounted.map((each) => each.path))}`;
  const holders = await Promise.all(parts.map((part) => namesIn(root, at, part, "holders")));
  if (holders.flat().length > 0) return `held by ${listWords(holders.flat())}`;
  return paths.some((each) => swaps.includes(each)) ? "used as swap" : undefined;
}

/** From the name of a device in `/dev` to its names in `/dev/disk/by-id`. */
async function linksById(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = "dev/disk/by-id";
  const names = await namesIn(root, folder);
  const links = new Map<string, string[]>();
  for (const link of names.toSorted()) {
    const target = await readlink(join(root, folder, link)).catch(orAbsent(""));
    const device = basename(target);
    links.set(device, [...(links.get(device) ?? []), link]);
  }
  return links;
}

/** Of a file of the kernel's, on one line or many; empty where there is none. */
async function textOf(...path: readonly string[]): Promise<string> {
  return (await readFile(join(...path), "utf8").catch(orAbsent(""))).trim();
}

/** Of what is in a folder of the kernel's; nothing where there is none. */
async function namesIn(...path: readonly string[]): Promise<readonly string[]> {
  return await readdir(join(...path)).catch(orAbsent([]));
}

/** One mount. */
export interface Mount {
  /** Numbers of the device, such as `8:16`. */
  readonly numbers: string;
  /** Where it is mounted. */
  readonly path: string;
  /** What is mounted, such as `/dev/sda`. */
  readonly source: string;
}

/** All mounts, in their order: a later one may lie on an earlier one. Lines of another form are left out. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [front = "", back = ""] = line.split(" - ");
    const [, , numbers, , path] = front.split(" ");
    const [, source] = back.split(" ");
    if (numbers === undefined || path === undefined || source === undefined) return [];
    return [{ numbers, path: decodeField(path), source: decodeField(source) }];
  });
}

/** Blanks, tabs, line ends and backslashes are written as three octal digits. */
function decodeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
