import { type BlockStorage, type Clock, type Health, inUse, type Volume } from "@polyvol/core";
import { isSameId, omitUndefined } from "@polyvol/core/driver";
import { isHeld } from "../hold/marker.ts";
import type { DeviceLayer } from "../mount/device-layer.ts";
import { foundBy, requireReleased } from "../mount/find-device.ts";
import { type DrillName, drillHash, parseDrillName } from "../naming.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { removeTemporary } from "./temporary-volume.ts";

/** The temporary volume of a run that did not end: of a drill, or of one that read a snapshot on a server. */
export interface Leftover {
  /** Id of the volume. */
  readonly volumeId: string;
  /** Its name. */
  readonly name: string;
  /** When its run began, by its name. */
  readonly startedAt: string;
  /** `kept`: it is in use, held, or too young to be told from one of a run under way; `failed`: see the problem. */
  readonly outcome: "removed" | "kept" | "failed";
  /** Why it was kept, as the end of a sentence that begins with "it is". */
  readonly why?: string;
  /** Why it could not be removed. */
  readonly problem?: BackupProblem;
}

/** The server that this program runs on: what is attached to it alone may be detached. */
export interface Here {
  readonly serverId: string;
  readonly devices: DeviceLayer;
  /** So long somebody may read what is attached, in milliseconds. */
  readonly useTimeoutMs: number;
}

/** Where leftovers are looked for, and how they are removed. */
export interface LeftoverSearch {
  /** Of a drill: whose. What a drill of it has left goes however young it is, since one runs at a time. */
  readonly drillOf?: string | undefined;
  /** Without, all that is attached is kept. With it, what no process of this machine has made goes once it is old. */
  readonly here?: Here | undefined;
  /** Those that could not be removed just now, and are left to the next run. */
  readonly triedIds?: readonly string[] | undefined;
  readonly cloud?: string | undefined;
  readonly clock: Clock;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Removes the temporary volumes of earlier runs, known by their names. One that somebody holds is kept, and so is one that
 * is attached, unless to this server alone and by a process that has ended. One that nobody uses may be on its way to
 * a server: unless its process is known to have ended, it is kept for as long as its run may take to make it ready. What a
 * drill has left that reads nothing goes at the next drill of the same volume.
 */
export async function removeLeftovers(
  storage: BlockStorage,
  search: LeftoverSearch,
): Promise<readonly Leftover[]> {
  const { abortSignal, clock, here, triedIds = [], cloud } = search;
  const call = { abortSignal };
  const found = (await storage.volumes.list({}, call).toArray())
    .filter(({ id }) => !triedIds.includes(id))
    .flatMap(toTemporary);
  let health: Promise<Health> | undefined;
  const ageOf = async ({ createdAt }: Volume): Promise<number> => {
    health ??= storage.checkHealth(call);
    // Of a provider that does not tell its time nothing is known to be old.
    const { clockSkewMs = Number.NEGATIVE_INFINITY } = await health;
    return clock.now() + clockSkewMs - createdAt.getTime();
  };
  const remove = async (temporary: Temporary): Promise<Leftover> => {
    const { volume, startedAt } = temporary;
    const { id, name } = volume;
    const base = { volumeId: id, name, startedAt: startedAt.toISOString() };
    try {
      const why = await whyKept(temporary, search, ageOf);
      if (why !== undefined) return { ...base, outcome: "kept", why };
      if (here !== undefined) await release(here, volume, storage.driver?.deviceHints?.(volume).links);
      await removeTemporary(storage, { name, id, serverId: here?.serverId }, { clock, abortSignal });
      await here?.devices.release(name, "removed");
      return { ...base, outcome: "removed" };
    } catch (error) {
      abortSignal?.throwIfAborted();
      const place = omitUndefined({ cloud, volumeId: id, volumeName: name });
      return { ...base, outcome: "failed", problem: problemOf(error, "attention", place) };
    }
  };
  // Side by side: all of them together are waited for no longer than one that is stuck.
  const ended = await Promise.allSettled(found.map(remove));
  abortSignal?.throwIfAborted();
  return ended.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

/** Ids of those that could not be removed. */
export function stuckOf(leftovers: readonly Leftover[]): readonly string[] {
  return leftovers.flatMap(({ volumeId, outcome }) => (outcome === "failed" ? [volumeId] : []));
}

/** Unmounts what a run has mounted. @throws PolyvolError `conflict` when something else on this machine uses its device */
async function release(
  { devices }: Here,
  { id, name, attachments }: Volume,
  links: readonly string[] | undefined,
): Promise<void> {
  await devices.unmount(name);
  if (attachments.length === 0) return;
  await requireReleased(devices, (device) => foundBy(device, { volumeId: id, links }) !== undefined);
}

interface Temporary extends DrillName {
  readonly volume: Volume;
}

/**
 * Undefined: it may go. How old it is, the provider's clock says alone: that of the machine that has named it, and of this
 * one, may be set to any time.
 */
async function whyKept(
  { volume, hash, makingMs, isRead }: Temporary,
  { here, drillOf }: LeftoverSearch,
  ageOf: (volume: Volume) => Promise<number>,
): Promise<string | undefined> {
  if (isHeld(volume)) return "held";
  const claim = (await here?.devices.claimOf(volume.name)) ?? "unknown";
  if (claim === "live") return "in use by another process of this server";
  const use = inUse(volume);
  if (use === undefined) {
    const isOfDrill = !isRead && drillOf !== undefined && hash === drillHash(drillOf);
    const mayGo = isOfDrill || claim === "ended" || (await ageOf(volume)) > makingMs;
    return mayGo ? undefined : "maybe that of a run under way";
  }
  if (here === undefined) return use;
  // Where no server is named, it is on its way: to this one, if a process of this machine made it.
  const isNamed = volume.attachments.length > 0;
  if (!isNamed && claim !== "ended") return use;
  if (!volume.attachments.every(({ serverId }) => isSameId(serverId, here.serverId))) return use;
  // Not even this machine knows whose it is: it may have been started anew since, or another container.
  const mayGo = claim === "ended" || (await ageOf(volume)) > makingMs + here.useTimeoutMs;
  return mayGo ? undefined : `${use}, maybe by a run under way`;
}

function toTemporary(volume: Volume): readonly Temporary[] {
  const parsed = parseDrillName(volume.name);
  return parsed === undefined || volume.state === "deleting" ? [] : [{ volume, ...parsed }];
}
