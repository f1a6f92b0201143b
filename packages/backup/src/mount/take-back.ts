import type { BlockStorage, Clock } from "@polyvol/core";
import { type BackupProblem, problemOf } from "../problem.ts";
import { ofItsOwn, removeTemporary } from "../temporary/remove.ts";
import type { DeviceLayer } from "./device-layer.ts";
import { requireReleased } from "./released.ts";

/** What one use has made, as far as that is known. */
export interface Made {
  readonly name: string;
  readonly id: string | undefined;
  /** The volume was removed before, or that has failed with this. */
  readonly removed: { readonly error?: unknown } | undefined;
  readonly serverId: string;
  /** Path of its device, where that was handed over. */
  readonly device: string | undefined;
  readonly cloud: string;
  readonly devices: DeviceLayer;
  readonly clock: Clock;
  readonly mayAppearLate: boolean;
  readonly wasAborted: boolean;
}

/** Whether all of it is gone, and what stood in the way. */
export interface TakenBack {
  readonly isRemoved: boolean;
  readonly removalError?: unknown;
  readonly problems: readonly BackupProblem[];
}

/**
 * Unmounts, detaches and deletes. Nothing is detached from under what still uses the device, or may do so: then the volume
 * stays for the next run.
 */
export async function takeBack(storage: BlockStorage, made: Made): Promise<TakenBack> {
  const { name, id, removed, serverId, device, cloud, devices, clock, mayAppearLate } = made;
  const remove = async (): Promise<unknown> => {
    if (removed === undefined)
      return await removeTemporary(
        storage,
        { name, id, serverId, mayAppearLate },
        ofItsOwn(clock, made.wasAborted),
      );
    if ("error" in removed) throw removed.error;
    return undefined;
  };
  const problems: BackupProblem[] = [];
  /** What it failed with, or `undefined`. */
  const attempt = async (work: () => Promise<unknown>): Promise<{ readonly error: unknown } | undefined> => {
    try {
      await work();
      return undefined;
    } catch (error) {
      const place = { cloud, volumeName: name, ...(id === undefined ? {} : { volumeId: id }) };
      problems.push(problemOf(error, "attention", place));
      return { error };
    }
  };
  const failed =
    (await attempt(() => devices.unmount(name))) ??
    (device === undefined
      ? undefined
      : await attempt(() => requireReleased(devices, ({ path }) => path === device))) ??
    (await attempt(remove));
  await attempt(() => devices.release(name, failed === undefined ? "removed" : "left"));
  if (failed === undefined) return { isRemoved: true, problems };
  return { isRemoved: false, removalError: failed.error, problems };
}
