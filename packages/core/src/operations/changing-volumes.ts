import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { changeVolume } from "../change/change-volume.ts";
import { deleteVolume, type VolumeDeletion } from "../change/delete.ts";
import {
  attaching,
  detaching,
  renaming,
  resizing,
  reverting,
  type VolumeChange,
} from "../change/volume-changes.ts";
import { finishCreate, operationOf } from "../create/finish.ts";
import { planVolume, volumeCreate } from "../create/plan-volume.ts";
import { type CreateKind, type StartedOperation, startCreate, startedFrom } from "../create/start.ts";
import { checkId } from "../input.ts";
import { checkName, checkSize } from "../limits.ts";
import type { Defined } from "../omit-undefined.ts";
import type { CreateOptions, CreateVolumeInput, WaitOptions } from "../options.ts";
import type { Volume } from "../volume.ts";
import type { SnapshotResources, VolumeResources } from "./resources.ts";

type OnProgress = WaitOptions["onProgress"];

/** What changes volumes, within calls that have begun and whose input has been read; and `kind`, for `resume`. */
export function createVolumeChanges(
  runtime: Runtime,
  resources: VolumeResources,
  snapshots: SnapshotResources,
) {
  const { driver } = runtime;
  const { limits } = runtime.capabilities;
  const kind = volumeKind(runtime, resources, snapshots);

  async function start(call: Call, input: Defined<CreateVolumeInput>): Promise<StartedOperation<Volume>> {
    const plan = await planVolume(runtime, snapshots, call, input);
    const create = volumeCreate(resources, snapshots, driver, { ...plan.key, name: plan.input.name }, plan);
    const { sourceSnapshotId: id } = plan.key;
    const started = startCreate(kind, call, create, plan.key, plan.nameRefusal);
    return await (id === undefined ? started : startedFrom(call, { kind: "snapshot", id }, started));
  }

  function change(call: Call, id: string, plan: VolumeChange, onProgress: OnProgress): Promise<Volume> {
    return changeVolume(resources, call, id, plan, onProgress);
  }

  return {
    kind,
    create: async (call: Call, input: Defined<CreateVolumeInput>, options: CreateOptions | undefined) =>
      finishCreate(kind, call, await start(call, input), options),
    beginCreate: async (call: Call, input: Defined<CreateVolumeInput>) =>
      operationOf(kind, await start(call, input), true),
    resize: async (call: Call, id: string, sizeGiB: number, onProgress: OnProgress) => {
      const size = checkSize(sizeGiB, limits.volumeSize, false, "sizeGiB");
      return await change(call, id, resizing(runtime, id, size), onProgress);
    },
    attach: async (call: Call, id: string, serverId: string, onProgress: OnProgress) =>
      change(call, id, attaching(runtime, id, checkId(serverId, "serverId")), onProgress),
    detach: async (call: Call, id: string, serverId: string, onProgress: OnProgress) =>
      change(call, id, detaching(runtime, id, checkId(serverId, "serverId")), onProgress),
    revert: async (call: Call, id: string, snapshotId: string, onProgress: OnProgress) => {
      const plan = reverting(runtime, call, snapshots, id, checkId(snapshotId, "snapshotId"));
      return await change(call, id, plan, onProgress);
    },
    rename: async (call: Call, id: string, name: string, onProgress: OnProgress) => {
      checkName(name, limits.volumeName);
      return await change(call, id, renaming(runtime, id, name), onProgress);
    },
    delete: (call: Call, deletion: VolumeDeletion) => deleteVolume(resources, snapshots, call, deletion),
  };
}

function volumeKind(
  runtime: Runtime,
  resources: VolumeResources,
  snapshots: SnapshotResources,
): CreateKind<Volume> {
  return {
    runtime,
    operation: "volumes.create",
    resources,
    hasUniqueNames: runtime.capabilities.volumeNames.enforced,
    isMade: ({ state }) => state === "attaching" || state === "detaching",
    fromRef: (ref) => volumeCreate(resources, snapshots, runtime.driver, ref),
    // The second step of a restore: the provider made the volume as small as the snapshot allows.
    complete: async (call, volume, { sizeGiB }, onProgress) => {
      if (sizeGiB === undefined || volume.sizeGiB >= sizeGiB) return volume;
      // Whoever made it just now: a copy may not show it yet.
      runtime.newcomers.made(volume.id);
      return await changeVolume(
        resources,
        call,
        volume.id,
        resizing(runtime, volume.id, sizeGiB),
        onProgress,
      );
    },
  };
}
