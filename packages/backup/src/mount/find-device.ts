import { PolyvolError } from "@polyvol/core";
import { listWords } from "@polyvol/core/driver";
import type { BlockDevice, DeviceLayer } from "./device-layer.ts";

/** By what a device is told: a name or serial that is the volume's alone, or that no other can be meant. */
export type FoundBy = "name" | "serial" | "only new device";

/** What is known of the device that is looked for. */
export interface WantedDevice {
  /** Id of the volume. */
  readonly volumeId: string;
  /** Its size in bytes; the device has exactly that. */
  readonly sizeBytes: number;
  /** Names in `/dev/disk/by-id` that are documented for it; `undefined` where nothing is. */
  readonly links: readonly string[] | undefined;
}

/** What was found among the devices. */
export type DeviceVerdict =
  | { readonly verdict: "found"; readonly device: BlockDevice; readonly foundBy: FoundBy }
  /** Not yet, and maybe never; the reason in words. */
  | { readonly verdict: "none" | "several" | "unfit"; readonly reason: string };

/** A shorter serial could be another's by chance. As many characters as virtio has room for. */
const LEAST_SERIAL = 20;
/** The id of a volume, or what virtio shows of one. */
const LOOKS_LIKE_AN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/i;

/**
 * Which device is the volume's, of those that were not there before it was attached. A documented name or the volume's
 * own id as the serial decides; else the one new device of exactly the right size that shows no identity of another.
 */
export function findDevice(
  before: readonly BlockDevice[],
  after: readonly BlockDevice[],
  wanted: WantedDevice,
): DeviceVerdict {
  const known = new Set(before.map(({ identity }) => identity));
  const fresh = after.filter(({ identity }) => !known.has(identity));
  const named = fresh.filter((each) => foundBy(each, wanted) !== undefined);
  const [first, second] = named;
  if (first !== undefined && second !== undefined) return several(named, "are shown as this volume");
  if (first !== undefined) return judge(first, foundBy(first, wanted) ?? "name", wanted);

  const fitting = fresh.filter((each) => each.sizeBytes === wanted.sizeBytes);
  const candidates = fitting.filter((each) => !isAnothers(each, wanted));
  const [only, another] = candidates;
  if (only !== undefined && another !== undefined)
    return several(candidates, `are new and have ${wanted.sizeBytes} bytes, and nothing tells them apart`);
  if (only !== undefined) return judge(only, "only new device", wanted);
  return { verdict: "none", reason: nothing(fresh, after, known, wanted) };
}

/** What proves that it is this volume's. */
export function foundBy(
  { links, serial }: BlockDevice,
  wanted: Pick<WantedDevice, "volumeId" | "links">,
): "name" | "serial" | undefined {
  if (wanted.links?.some((link) => links.includes(link))) return "name";
  return serial !== undefined && isSerialOf(serial, wanted.volumeId) ? "serial" : undefined;
}

function isSerialOf(serial: string, volumeId: string): boolean {
  const [shown, id] = [serial.toLowerCase(), volumeId.toLowerCase()];
  return shown.length >= LEAST_SERIAL && id.startsWith(shown);
}

/** Whether it shows who it is, and that is not this volume. */
function isAnothers({ links, serial }: BlockDevice, wanted: WantedDevice): boolean {
  // Where names are documented, a device that has any has the name of something else.
  if (wanted.links !== undefined && (links.length > 0 || serial !== undefined)) return true;
  return serial !== undefined && LOOKS_LIKE_AN_ID.test(serial);
}

function judge(device: BlockDevice, by: FoundBy, wanted: WantedDevice): DeviceVerdict {
  const { path, sizeBytes, usedBy } = device;
  if (sizeBytes !== wanted.sizeBytes) {
    const reason = `the device ${path} is shown as this volume and has ${sizeBytes} bytes, allowed: ${wanted.sizeBytes}`;
    return { verdict: "unfit", reason };
  }
  if (usedBy !== undefined) {
    const reason = `the device ${path} is ${usedBy}; something on this machine takes new devices into use`;
    return { verdict: "unfit", reason };
  }
  return { verdict: "found", device, foundBy: by };
}

function several(devices: readonly BlockDevice[], how: string): DeviceVerdict {
  const paths = listWords(devices.map(({ path }) => path));
  return { verdict: "several", reason: `the devices ${paths} ${how}; none is taken` };
}

function nothing(
  fresh: readonly BlockDevice[],
  after: readonly BlockDevice[],
  known: ReadonlySet<string>,
  wanted: WantedDevice,
): string {
  const old = after.find((each) => known.has(each.identity) && foundBy(each, wanted) !== undefined);
  if (old !== undefined) {
    return `the device ${old.path} has this volume's name and was there before it was attached; it is not touched`;
  }
  const named = wanted.links?.[0] === undefined ? "" : ` (such as /dev/disk/by-id/${wanted.links[0]})`;
  const looked = `no new device of ${wanted.sizeBytes} bytes appeared${named}`;
  if (fresh.length === 0) return `${looked}; is this the server that the volume was attached to?`;
  const seen = fresh.map(
    ({ path, sizeBytes, serial }) =>
      `${path} (${sizeBytes} bytes${serial === undefined ? "" : `, serial ${JSON.stringify(serial)}`})`,
  );
  return `${looked}; new are ${listWords(seen)}`;
}

/**
 * Looks whether something on this machine still uses a device: what read it may have mounted a part of it, or made another
 * device of it. Nothing is detached from under that.
 *
 * @throws PolyvolError `conflict` where something does; what the look fails with
 */
export async function requireReleased(
  devices: DeviceLayer,
  isMeant: (device: BlockDevice) => boolean,
): Promise<void> {
  for (const { path, usedBy } of (await devices.list()).filter(isMeant)) {
    const isHidden = usedBy === undefined && (await devices.isInUse?.(path)) === true;
    const use = isHidden ? "in use by something that is not seen from here, such as a container" : usedBy;
    if (use === undefined) continue;
    const reason = `the device ${path} is ${use}, and nothing is detached from under that; end it`;
    throw new PolyvolError("conflict", reason, { retryable: true });
  }
}
