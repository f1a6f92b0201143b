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
  for (const { path, usedBy } of (await devices.list()).filter(isMeant)) {
    const isHidden = usedBy === undefined && (await devices.isInUse?.(path)) === true;
    const use = isHidden ? "in use by something that is not seen from here, such as a container" : usedBy;
    if (use === undefined) continue;
    const reason = `the device ${path} is ${use}, and nothing is detached from under that; end it`;
    throw new PolyvolError("conflict", reason, { retryable: true });
  }
}
