import {
  type BlockStorage,
  type Clock,
  isPolyvolError,
  PolyvolError,
  type PolyvolErrorDetails,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { monotonicTime, tell } from "@polyvol/core/driver";
import { makeTemporary } from "../temporary/make.ts";
import { ofItsOwn, removeTemporary } from "../temporary/remove.ts";
import { awaitDevice, type FoundDevice } from "./await-device.ts";
import type { DeviceLayer } from "./device-layer.ts";
import { OPERATION } from "./reach.ts";
import { readWithin } from "./read-within.ts";
import type {
  MountedSnapshot,
  SnapshotReader,
  SnapshotUse,
  SnapshotUseOptions,
  SnapshotUseProgress,
  SnapshotUseRequest,
  SnapshotUseResult,
} from "./types.ts";

const GIB_BYTES = 1024 ** 3;

/** Options, all filled in. */
export interface CourseSettings {
  readonly clock: Clock;
  readonly devices: DeviceLayer;
  readonly abortSignal: AbortSignal | undefined;
  readonly onProgress: SnapshotUseOptions["onProgress"];
  readonly timeoutMs: number;
  readonly deviceTimeoutMs: number;
  readonly useTimeoutMs: number;
}

/** What is to be made readable, under which name. */
export interface CoursePlan {
  readonly request: SnapshotUseRequest;
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly region: string | undefined;
}

/** How far it came. What it made is still there, unless it was `removed`. */
export type Course<T> = Pick<SnapshotUse<T>, "restoreMs" | "attachMs" | "useMs" | "mounted" | "result"> & {
  readonly volume?: Volume;
  /** It was removed, or that has failed with this. */
  readonly removed?: { readonly error?: unknown };
  readonly known: Omit<SnapshotUseProgress, "stage">;
};

/**
 * Restores, attaches, finds, mounts and reads, and stops at the first that fails. Never throws. Removes nothing but a volume
 * whose device was not found.
 */
export async function followCourse<T>(
  storage: BlockStorage,
  { request, snapshot, name, region }: CoursePlan,
  reader: SnapshotReader<T>,
  settings: CourseSettings,
): Promise<Course<T>> {
  const { clock, devices, abortSignal, timeoutMs, deviceTimeoutMs, useTimeoutMs } = settings;
  const call = abortSignal === undefined ? {} : { abortSignal };
  const now = monotonicTime(clock);
  let known: Omit<SnapshotUseProgress, "stage"> = { volumeName: name };
  let stage: Extract<SnapshotUseResult<T>, { state: "failed" }>["stage"] = "restore";
  let course: Omit<Course<T>, "result" | "known"> = {};
  const begin = (next: typeof stage): number => {
    stage = next;
    tell(settings.onProgress, { stage, ...known });
    return now();
  };
  const since = (start: number): number => Math.round(now() - start);
  try {
    const restoring = begin("restore");
    const temporary = { snapshot, name, region, purpose: "a Polyvol run that reads the data" };
    const made = await makeTemporary(storage, temporary, { ...call, timeoutMs });
    known = { ...known, volumeId: made.id };
    course = { volume: made, restoreMs: since(restoring) };

    const attaching = begin("attach");
    const attachAndFind = async (): Promise<FoundDevice & { readonly volume: Volume }> => {
      const before = await devices.list(call);
      try {
        const attached = await attachHere(storage, made, request, { ...call, timeoutMs });
        begin("device");
        const wanted = {
          volumeId: attached.id,
          sizeBytes: attached.sizeGiB * GIB_BYTES,
          links: storage.driver.deviceHints?.(attached).links,
        };
        const wait = { clock, timeoutMs: deviceTimeoutMs, abortSignal, about: aboutVolume(attached) };
        return { volume: attached, ...(await awaitDevice(devices, before, wanted, wait)) };
      } catch (error) {
        // It may appear yet, and whoever is next would take it for a device of its own: until it is gone, the turn is kept.
        const removal = { name, id: made.id, serverId: request.serverId };
        const limits = ofItsOwn(clock, abortSignal?.aborted === true);
        const removed = await removeTemporary(storage, removal, limits).then(
          () => ({}),
          (removalError: unknown) => ({ error: removalError }),
        );
        course = { ...course, removed };
        throw error;
      }
    };
    const inTurn = devices.alone?.bind(devices) ?? ((task: typeof attachAndFind) => task());
    const { volume, device, foundBy } = await inTurn(attachAndFind, call);
    known = { ...known, device: device.path };
    course = { ...course, attachMs: since(attaching) };

    begin("mount");
    // What is only guessed is never written to, not even by a journal that is replayed.
    const mayReplay = foundBy !== "only new device";
    const path =
      request.mount === true
        ? await devices.mount({ device: device.path, name, mayReplay }, call)
        : undefined;
    await devices.setReadOnly(device.path, call);
    const { path: at, sizeBytes } = device;
    const mounted: MountedSnapshot = {
      snapshot,
      volume,
      device: at,
      foundBy,
      sizeBytes,
      ...(path === undefined ? {} : { path }),
    };

    const reading = begin("use");
    course = { ...course, mounted };
    try {
      const value = await readWithin(reader, mounted, { clock, timeoutMs: useTimeoutMs, abortSignal });
      return { ...course, useMs: since(reading), known, result: { state: "done", value } };
    } finally {
      course = { ...course, useMs: since(reading) };
    }
  } catch (error) {
    return { ...course, known, result: { state: "failed", stage, error } };
  }
}

/** What an error says of the volume that it is about. */
function aboutVolume({ id, name, provider }: Volume): PolyvolErrorDetails {
  return { provider, operation: OPERATION, resource: { kind: "volume", id, name } };
}

/**
 * Attaches the temporary volume to the server. Where zones are known to differ, a refusal says so: some clouds attach
 * across zones, so it is tried all the same.
 */
async function attachHere(
  storage: BlockStorage,
  volume: Volume,
  { serverId, serverZone }: SnapshotUseRequest,
  call: { readonly timeoutMs: number; readonly abortSignal?: AbortSignal },
): Promise<Volume> {
  try {
    return await storage.volumes.attach(volume.id, serverId, call);
  } catch (error) {
    const { zone } = volume;
    const differ = zone !== undefined && serverZone !== undefined && zone !== serverZone;
    if (!differ || !isPolyvolError(error)) throw error;
    const reason = `the server ${serverId} is in the zone ${serverZone} and the volume in ${zone}: ${error.reason}`;
    throw new PolyvolError(error.code, reason, { ...(error as PolyvolErrorDetails), cause: error });
  }
}
