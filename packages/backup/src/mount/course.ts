import {
  type BlockStorage,
  type CallOptions,
  type Clock,
  isPolyvolError,
  PolyvolError,
  type PolyvolErrorDetails,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { monotonicTime, omitUndefined, tell } from "@polyvol/core/driver";
import type { Home } from "../restore/restore.ts";
import { makeTemporary, ofItsOwn, removeTemporary } from "../temporary/temporary-volume.ts";
import type { BlockDevice, DeviceLayer } from "./device-layer.ts";
import { type DeviceVerdict, type FoundBy, findDevice, type WantedDevice } from "./find-device.ts";
import { OPERATION } from "./reach.ts";
import { readWithin } from "./read-within.ts";
import type {
  SnapshotReader,
  SnapshotUse,
  SnapshotUseOptions,
  SnapshotUseRequest,
  SnapshotUseStage,
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
  readonly home: Home;
  /** Takes away what a process that was killed in its turn was attaching: its device may appear yet, as a new one. */
  clearWay(): Promise<void>;
}

/** How far it came. What it made is still there, unless it was `removed`. */
export type Course<T> = Pick<SnapshotUse<T>, "restoreMs" | "attachMs" | "useMs" | "mounted" | "result"> & {
  readonly volume?: Volume;
  /** Path of its device, once that was found. */
  readonly device?: string;
  /** It was removed, or that has failed with this. */
  readonly removed?: { readonly error?: unknown };
};

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Restores, attaches, finds, mounts and reads, and stops at the first that fails; the removal comes next. Never throws.
 * Removes nothing but a volume whose device was not found.
 */
export async function followCourse<T>(
  storage: BlockStorage,
  { request, snapshot, name, home, clearWay }: CoursePlan,
  reader: SnapshotReader<T>,
  settings: CourseSettings,
): Promise<Course<T>> {
  const { clock, devices, abortSignal, timeoutMs, deviceTimeoutMs, useTimeoutMs } = settings;
  const call = { abortSignal };
  const now = monotonicTime(clock);
  const course: Writable<Omit<Course<T>, "result">> = {};
  let stage: Exclude<SnapshotUseStage, "remove"> = "restore";
  const report = (next: SnapshotUseStage): void => {
    const { volume, device } = course;
    tell(settings.onProgress, omitUndefined({ stage: next, volumeName: name, volumeId: volume?.id, device }));
  };
  /** Returns what says how long ago that was. */
  const begin = (next: typeof stage): (() => number) => {
    stage = next;
    report(next);
    const start = now();
    return () => Math.round(now() - start);
  };
  try {
    const restoring = begin("restore");
    const temporary = { snapshot, name, home, purpose: "a Polyvol run that reads the data" };
    const made = await makeTemporary(storage, temporary, { ...call, timeoutMs });
    course.volume = made;
    course.restoreMs = restoring();

    const attaching = begin("attach");
    const attachAndFind = async (): Promise<FoundDevice & { readonly volume: Volume }> => {
      await clearWay();
      const before = await devices.list(call);
      try {
        const volume = await attachHere(storage, made, request, { ...call, timeoutMs });
        begin("device");
        const wanted = {
          volumeId: volume.id,
          sizeBytes: volume.sizeGiB * GIB_BYTES,
          links: storage.driver.deviceHints?.(volume).links,
        };
        const resource = { kind: "volume", id: volume.id, name: volume.name } as const;
        const about = { provider: volume.provider, operation: OPERATION, resource };
        const wait = { clock, timeoutMs: deviceTimeoutMs, abortSignal, about };
        return { volume, ...(await awaitDevice(devices, before, wanted, wait)) };
      } catch (error) {
        // It may appear yet, and whoever is next would take it for a device of its own: until it is gone, the turn is kept.
        const removal = { name, id: made.id, serverId: request.serverId };
        const limits = ofItsOwn(clock, abortSignal?.aborted === true);
        course.removed = await removeTemporary(storage, removal, limits).then(
          () => ({}),
          (removalError: unknown) => ({ error: removalError }),
        );
        throw error;
      }
    };
    const inTurn = devices.alone?.bind(devices) ?? ((task: typeof attachAndFind) => task());
    const { volume, device, foundBy } = await inTurn(attachAndFind, call);
    course.device = device.path;
    course.attachMs = attaching();

    begin("mount");
    // What is only guessed is never written to, not even by a journal that is replayed.
    const mayReplay = foundBy !== "only new device";
    const path =
      request.mount === true
        ? await devices.mount({ device: device.path, name, mayReplay }, call)
        : undefined;
    await devices.setReadOnly(device.path, call);
    const { path: at, sizeBytes } = device;
    const mounted = omitUndefined({ snapshot, volume, device: at, foundBy, sizeBytes, path });

    const reading = begin("use");
    course.mounted = mounted;
    const limits = { clock, timeoutMs: useTimeoutMs, abortSignal };
    const value = await readWithin(reader, mounted, limits).finally(() => {
      course.useMs = reading();
    });
    return { ...course, result: { state: "done", value } };
  } catch (error) {
    return { ...course, result: { state: "failed", stage, error } };
  } finally {
    report("remove");
  }
}

/**
 * Attaches the temporary volume to the server. Where zones are known to differ, a refusal says so: some clouds attach
 * across zones, so it is tried all the same.
 */
async function attachHere(
  storage: BlockStorage,
  volume: Volume,
  { serverId, serverZone }: SnapshotUseRequest,
  call: CallOptions,
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

/** Between two looks. */
const LOOK_EVERY_MS = 500;
/** A device that only its size speaks for is believed when it has been the only one for so long. */
const GUESS_AFTER_MS = 5_000;

/** The device of a volume. */
interface FoundDevice {
  readonly device: BlockDevice;
  readonly foundBy: FoundBy;
}

/** How long to look, on whose time, and what an error says beside its reason. */
interface DeviceWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly abortSignal: AbortSignal | undefined;
  readonly about: PolyvolErrorDetails;
}

/**
 * Waits until the volume's device has appeared. A name or a serial is believed at once. A device that is only the one
 * new one of its size is believed once it has stayed so; where names are documented, only when none has come by the
 * middle of the time.
 *
 * @throws PolyvolError `not_found` when none appears; `conflict` for several; `failed_precondition` for one of another
 * size or in use
 */
async function awaitDevice(
  devices: DeviceLayer,
  before: readonly BlockDevice[],
  wanted: WantedDevice,
  wait: DeviceWait,
): Promise<FoundDevice> {
  const { clock, timeoutMs, abortSignal, about } = wait;
  const now = monotonicTime(clock);
  const startedAt = now();
  const guessAfterMs = wanted.links === undefined ? Math.min(GUESS_AFTER_MS, timeoutMs / 2) : timeoutMs / 2;
  let guessed: { readonly identity: string; readonly since: number } | undefined;
  for (;;) {
    const seen = findDevice(before, await devices.list({ abortSignal }), wanted);
    if (seen.verdict === "found") {
      const { device, foundBy } = seen;
      if (foundBy !== "only new device") return { device, foundBy };
      if (guessed?.identity !== device.identity) guessed = { identity: device.identity, since: now() };
      if (now() - guessed.since >= guessAfterMs) return { device, foundBy };
    } else {
      guessed = undefined;
    }
    const leftMs = startedAt + timeoutMs - now();
    if (leftMs <= 0) throw refusal(seen, timeoutMs, about);
    await clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), abortSignal);
  }
}

function refusal(seen: DeviceVerdict, timeoutMs: number, about: PolyvolErrorDetails): PolyvolError {
  const waited = `within ${timeoutMs / 1000} s`;
  switch (seen.verdict) {
    case "several":
      return new PolyvolError("conflict", seen.reason, about);
    case "unfit":
      return new PolyvolError("failed_precondition", seen.reason, about);
    case "none":
      return new PolyvolError("not_found", `${waited}, ${seen.reason}`, about);
    case "found": {
      const { path } = seen.device;
      const reason = `${path} appeared, but ${waited} it was not the only new device of its size for long enough`;
      return new PolyvolError("conflict", reason, about);
    }
  }
}
