import { type BlockStorage, PolyvolError } from "@polyvol/core";
import { checkTimeout, omitUndefined, systemClock } from "@polyvol/core/driver";
import { readName } from "../naming.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { findSnapshot } from "../restore/find-snapshot.ts";
import { type LeftoverSearch, removeLeftovers, stuckOf } from "../temporary/leftovers.ts";
import { mayComeLate, ofItsOwn, removeTemporary } from "../temporary/temporary-volume.ts";
import { type Course, type CoursePlan, type CourseSettings, followCourse } from "./course.ts";
import { requireReleased } from "./find-device.ts";
import { createLinuxDevices } from "./linux/linux-devices.ts";
import { homeInReach, OPERATION, requireAttaching } from "./reach.ts";
import type { SnapshotReader, SnapshotUse, SnapshotUseOptions, SnapshotUseRequest } from "./types.ts";

/** How long restoring may take, and attaching, unless told otherwise. */
export const RESTORE_TIMEOUT_MS = 1_800_000;
const DEVICE_TIMEOUT_MS = 120_000;
const USE_TIMEOUT_MS = 86_400_000;

/**
 * Makes a snapshot readable on this server for as long as `reader` runs: a temporary volume is made from it, attached,
 * found among the block devices and made read-only; and detached and deleted in every ending. First removes what killed
 * runs have left. What fails once something was made is in what it returns, not thrown.
 *
 * @throws before anything is made: PolyvolError `invalid_argument` for a span that makes no sense, `unsupported` where the
 * provider cannot attach volumes, `not_found` without a snapshot, `failed_precondition` for a server in another region; the
 * reason of the abort
 */
export async function useSnapshot<T>(
  storage: BlockStorage,
  request: SnapshotUseRequest,
  reader: SnapshotReader<T>,
  options: SnapshotUseOptions = {},
): Promise<SnapshotUse<T>> {
  const {
    clock = systemClock,
    abortSignal,
    devices = createLinuxDevices(),
    onProgress,
    triedIds = [],
  } = options;
  const settings: CourseSettings = {
    clock,
    devices,
    abortSignal,
    onProgress,
    timeoutMs: checkTimeout(options.timeoutMs ?? RESTORE_TIMEOUT_MS),
    deviceTimeoutMs: checkTimeout(options.deviceTimeoutMs ?? DEVICE_TIMEOUT_MS),
    useTimeoutMs: checkTimeout(options.useTimeoutMs ?? USE_TIMEOUT_MS),
  };
  const { serverId, cloud = storage.provider } = request;
  const call = { abortSignal };
  requireAttaching(storage);
  await devices.prepare?.({ mount: request.mount === true });
  const snapshot = await findSnapshot(storage, request.from, OPERATION, call);
  const home = await homeInReach(storage, snapshot, request, call);
  const search: LeftoverSearch = {
    // What others read may take longer than what this call reads.
    here: { serverId, devices, useTimeoutMs: Math.max(settings.useTimeoutMs, USE_TIMEOUT_MS) },
    triedIds,
    cloud,
    clock,
    abortSignal,
  };
  const leftovers = [...(await removeLeftovers(storage, search))];
  const { name, startedAt } = await claimName(snapshot.volumeId, settings);

  const clearWay = async (): Promise<void> => {
    // Where devices have names, no other is taken for this one.
    if (storage.driver.deviceHints !== undefined) return;
    const found = await removeLeftovers(storage, {
      ...search,
      triedIds: [...triedIds, ...stuckOf(leftovers)],
    });
    leftovers.push(...found.filter(({ outcome }) => outcome !== "kept"));
  };
  const plan: CoursePlan = { request, snapshot, name, home, clearWay };
  const course = await followCourse(storage, plan, reader, settings);
  const { problems, ...removal } = await takeBack(storage, plan, course, settings);
  const { volume, device: _, removed: __, ...told } = course;
  return {
    snapshot,
    temporaryVolume: omitUndefined({ name, volume }),
    serverId,
    startedAt,
    ...told,
    ...removal,
    finishedAt: new Date(clock.now()),
    leftovers,
    problems: [...leftovers.flatMap(({ problem }) => problem ?? []), ...problems],
  };
}

/** Where another process of this machine has a name already, a further one is taken: each has its own volume. */
async function claimName(
  sourceVolumeId: string,
  { clock, devices, abortSignal, timeoutMs }: CourseSettings,
): Promise<{ readonly name: string; readonly startedAt: Date }> {
  for (;;) {
    const startedAt = new Date(clock.now());
    // It is made and then attached.
    const name = readName(sourceVolumeId, startedAt, 2 * timeoutMs);
    if (await devices.claim(name)) return { name, startedAt };
    await clock.sleep(1_000, abortSignal);
  }
}

/**
 * Unmounts, detaches and deletes. Nothing is detached from under what still uses the device, or may do so: then the volume
 * stays for the next run.
 */
async function takeBack(
  storage: BlockStorage,
  { request: { serverId, cloud = storage.provider }, name }: CoursePlan,
  { volume, device, removed, result }: Course<unknown>,
  { clock, devices, abortSignal }: CourseSettings,
): Promise<Pick<SnapshotUse<unknown>, "isRemoved" | "removalError" | "problems">> {
  const id = volume?.id;
  const remove = async (): Promise<unknown> => {
    if (removed === undefined) {
      const mayAppearLate = result.state === "failed" && mayComeLate(result.error);
      const limits = ofItsOwn(clock, abortSignal?.aborted === true);
      return await removeTemporary(storage, { name, id, serverId, mayAppearLate }, limits);
    }
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
      const place = omitUndefined({ cloud, volumeName: name, volumeId: id });
      problems.push(problemOf(error, "attention", place));
      return { error };
    }
  };
  // Also where it was never handed over: a mount that was stopped in the middle may have it.
  const release = async (): Promise<void> => {
    if (device !== undefined) await requireReleased(devices, ({ path }) => path === device);
  };
  const failed =
    (await attempt(() => devices.unmount(name))) ?? (await attempt(release)) ?? (await attempt(remove));
  await attempt(() => devices.release(name, failed === undefined ? "removed" : "left"));
  if (failed === undefined) return { isRemoved: true, problems };
  return { isRemoved: false, removalError: failed.error, problems };
}

/**
 * The temporary volume is still there, and costs money. The next call on a volume of the same source removes it; until
 * then its name, id and cloud are in the message. `cause` is why the function that reads failed, where it did; else why
 * the volume could not be removed.
 */
export class LeftBehindError extends PolyvolError {
  /** The cloud, by the name that the request gave it. */
  readonly cloud: string;
  /** Name of the temporary volume. */
  readonly volumeName: string;
  /** Its id; absent when it was never seen. */
  readonly volumeId: string | undefined;
  /** What the function that reads returned; `undefined` when it failed or was never called. */
  readonly value: unknown;

  constructor(use: SnapshotUse<unknown>, cloud: string) {
    const { name, volume } = use.temporaryVolume;
    const { result } = use;
    const why = wordsOf(use.removalError);
    const before =
      result.state === "done"
        ? ""
        : `; before that, the step ${result.stage} failed: ${wordsOf(result.error)}`;
    super("operation_failed", `the temporary volume on ${cloud} could not be removed: ${why}${before}`, {
      operation: OPERATION,
      resource: { kind: "volume", name, ...(volume === undefined ? {} : { id: volume.id }) },
      retryable: true,
      cause: result.state === "done" ? use.removalError : result.error,
    });
    this.cloud = cloud;
    this.volumeName = name;
    this.volumeId = volume?.id;
    this.value = result.state === "done" ? result.value : undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Hands the data of a snapshot to `reader`, as a read-only block device of this server and, if asked for, as a mounted
 * filesystem. A temporary volume is made for it, and removed in every ending; what a killed process left is removed by
 * the next call. Returns what `reader` returns.
 *
 * @throws what `reader` throws; PolyvolError of the step that failed; the reason of the abort; {@link LeftBehindError}
 * when the temporary volume could not be removed, even after `reader` succeeded
 */
export async function withSnapshot<T>(
  storage: BlockStorage,
  request: SnapshotUseRequest,
  reader: SnapshotReader<T>,
  options: SnapshotUseOptions = {},
): Promise<T> {
  const use = await useSnapshot(storage, request, reader, options);
  if (!use.isRemoved) throw new LeftBehindError(use, request.cloud ?? storage.provider);
  if (use.result.state === "failed") throw use.result.error;
  return use.result.value;
}
