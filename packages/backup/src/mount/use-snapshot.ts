import type { BlockStorage } from "@polyvol/core";
import { checkTimeout, systemClock, tell } from "@polyvol/core/driver";
import { readName } from "../naming.ts";
import { findSnapshot } from "../restore/find-snapshot.ts";
import { removeLeftovers } from "../temporary/leftovers.ts";
import { mayComeLate } from "../temporary/make.ts";
import { type CourseSettings, followCourse } from "./course.ts";
import { createLinuxDevices } from "./linux/linux-devices.ts";
import { OPERATION, regionInReach, requireAttaching } from "./reach.ts";
import { takeBack } from "./take-back.ts";
import type { SnapshotReader, SnapshotUse, SnapshotUseOptions, SnapshotUseRequest } from "./types.ts";

const TIMEOUT_MS = 1_800_000;
const DEVICE_TIMEOUT_MS = 120_000;
const USE_TIMEOUT_MS = 86_400_000;

/**
 * Makes a snapshot readable on this server for as long as `reader` runs: a temporary volume is made from it, attached,
 * found among the block devices and made read-only; and detached and deleted in every ending. First removes what killed
 * runs have left. What fails once something was made is in what it returns, not thrown.
 *
 * @throws before anything is made: PolyvolError `unsupported` where the provider cannot attach volumes, `not_found`
 * without a snapshot, `failed_precondition` for a server in another region; the reason of the abort
 */
export async function useSnapshot<T>(
  storage: BlockStorage,
  request: SnapshotUseRequest,
  reader: SnapshotReader<T>,
  options: SnapshotUseOptions = {},
): Promise<SnapshotUse<T>> {
  const settings = settle(options);
  const { clock, devices, abortSignal, timeoutMs } = settings;
  const { serverId, cloud = storage.provider } = request;
  const call = abortSignal === undefined ? {} : { abortSignal };
  requireAttaching(storage);
  await devices.prepare?.({ mount: request.mount === true });
  const snapshot = await findSnapshot(storage, request.from, OPERATION, call);
  const region = await regionInReach(storage, snapshot, request, call);
  const leftovers = await removeLeftovers(storage, {
    // What others read may take longer than what this call reads.
    here: { serverId, devices, useTimeoutMs: Math.max(settings.useTimeoutMs, USE_TIMEOUT_MS) },
    cloud,
    clock,
    abortSignal,
  });
  // It is made and then attached.
  const { name, startedAt } = await claimName(snapshot.volumeId, 2 * timeoutMs, settings);

  const course = await followCourse(storage, { request, snapshot, name, region }, reader, settings);
  const { known, result, volume, removed, ...told } = course;
  tell(settings.onProgress, { stage: "remove", ...known });
  const { problems, ...removal } = await takeBack(storage, {
    name,
    id: volume?.id,
    removed,
    serverId,
    device: told.mounted?.device,
    cloud,
    devices,
    clock,
    wasAborted: abortSignal?.aborted === true,
    mayAppearLate: result.state === "failed" && mayComeLate(result.error),
  });
  return {
    snapshot,
    temporaryVolume: { name, ...(volume === undefined ? {} : { volume }) },
    serverId,
    startedAt,
    ...told,
    result,
    ...removal,
    finishedAt: new Date(clock.now()),
    leftovers,
    problems: [...leftovers.flatMap(({ problem }) => problem ?? []), ...problems],
  };
}

/** @throws PolyvolError `invalid_argument` for a span that makes no sense */
function settle(options: SnapshotUseOptions): CourseSettings {
  const { clock = systemClock, abortSignal, devices = createLinuxDevices(), onProgress } = options;
  return {
    clock,
    devices,
    abortSignal,
    onProgress,
    timeoutMs: checkTimeout(options.timeoutMs ?? TIMEOUT_MS),
    deviceTimeoutMs: checkTimeout(options.deviceTimeoutMs ?? DEVICE_TIMEOUT_MS),
    useTimeoutMs: checkTimeout(options.useTimeoutMs ?? USE_TIMEOUT_MS),
  };
}

/** The name of a temporary volume, and the instant that it says. */
interface ClaimedName {
  readonly name: string;
  readonly startedAt: Date;
}

/** Where another process of this machine has a name already, a further one is taken: each has its own volume. */
async function claimName(
  sourceVolumeId: string,
  makingMs: number,
  { clock, devices, abortSignal }: CourseSettings,
): Promise<ClaimedName> {
  for (;;) {
    const startedAt = new Date(clock.now());
    const name = readName(sourceVolumeId, startedAt, makingMs);
    if (await devices.claim(name)) return { name, startedAt };
    await clock.sleep(1_000, abortSignal);
  }
}
