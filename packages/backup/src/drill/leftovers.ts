import { type BlockStorage, inUse, type Volume } from "@polyvol/core";
import { isHeld } from "../hold/marker.ts";
import { drillHash, parseDrillName } from "../naming.ts";
import { type BackupProblem, problemOf } from "../problem.ts";

/** The temporary volume of a drill that did not end. */
export interface Leftover {
  /** Id of the volume. */
  readonly volumeId: string;
  /** Its name. */
  readonly name: string;
  /** When its drill began, by its name. */
  readonly startedAt: string;
  /** `kept`: it is in use, held, or too young to be told from a drill under way; `failed`: see the problem. */
  readonly outcome: "removed" | "kept" | "failed";
  /** Why it could not be removed. */
  readonly problem?: BackupProblem;
}

/**
 * Removes the temporary volumes of earlier drills, known by their names: those of this source volume, and those of
 * others that were begun before `othersBefore` (milliseconds). One that somebody has attached or holds is kept.
 */
export async function removeLeftovers(
  storage: BlockStorage,
  sourceVolumeId: string,
  othersBefore: number,
  call: { readonly abortSignal?: AbortSignal },
): Promise<readonly Leftover[]> {
  const found = (await storage.volumes.list({}, call).toArray()).flatMap(toDrillVolume);
  const leftovers: Leftover[] = [];
  for (const { volume, hash, startedAt } of found) {
    const base = { volumeId: volume.id, name: volume.name, startedAt: startedAt.toISOString() };
    const ended = hash === drillHash(sourceVolumeId) || startedAt.getTime() < othersBefore;
    if (inUse(volume) !== undefined || isHeld(volume) || !ended) {
      leftovers.push({ ...base, outcome: "kept" });
      continue;
    }
    try {
      await storage.volumes.delete(volume.id, call);
      leftovers.push({ ...base, outcome: "removed" });
    } catch (error) {
      call.abortSignal?.throwIfAborted();
      const problem = problemOf(error, "attention", { volumeId: volume.id, volumeName: volume.name });
      leftovers.push({ ...base, outcome: "failed", problem });
    }
  }
  return leftovers;
}

function toDrillVolume(volume: Volume): { volume: Volume; hash: string; startedAt: Date }[] {
  const parsed = parseDrillName(volume.name);
  return parsed === undefined || volume.state === "deleting" ? [] : [{ volume, ...parsed }];
}
