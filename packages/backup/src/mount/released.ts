import { PolyvolError } from "@polyvol/core";
import type { BlockDevice, DeviceLayer } from "./device-layer.ts";

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
  const used = (await devices.list()).find((each) => each.usedBy !== undefined && isMeant(each));
  if (used === undefined) return;
  const reason = `the device ${used.path} is ${used.usedBy}, and nothing is detached from under that; end it`;
  throw new PolyvolError("conflict", reason, { retryable: true });
}
