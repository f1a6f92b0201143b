/** Which ids can exist at all: for others the answer is `not_found`, without a request. */

import type { PolyvolError } from "@polyvol/core";
import { refused, show } from "@polyvol/core/driver";

/** Volumes and their snapshots: hex digits and dashes, which is what the service itself matches paths by. */
export function isVolumeId(id: string): boolean {
  return /^[0-9A-Fa-f-]+$/.test(id);
}

export function requireVolumeId(id: string): string {
  if (isVolumeId(id)) return id;
  throw absent("volume", id, "ids are hex digits and dashes");
}

/** Ids of digits alone are Droplet snapshots. */
export function requireVolumeSnapshotId(id: string): string {
  if (isVolumeId(id) && !/^\d+$/.test(id)) return id;
  throw absent("volume snapshot", id, "ids are hex digits and dashes; digits alone are a Droplet snapshot");
}

/** The number of a Droplet or an action, as the service writes it: another spelling would never be found again. */
export function requireNumber(what: string, id: string | number): number {
  const number = /^[1-9]\d{0,15}$/.test(String(id)) ? Number(id) : 0;
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw absent(what, id, "ids are whole numbers above 0");
}

function absent(what: string, id: string | number, why: string): PolyvolError {
  return refused("not_found", `there is no ${what} ${show(id)}: ${why}`);
}
