import type { Volumes } from "../block-storage.ts";
import { type Call, checkedNow } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { changeVolume } from "../change/change-volume.ts";
import { deleteVolume } from "../change/delete.ts";
import {
  attaching,
  detaching,
  renaming,
  resizing,
  reverting,
  type VolumeChange,
} from "../change/volume-changes.ts";
import { finishCreate, operationOf } from "../create/finish.ts";
import { theOneNamed } from "../create/named-create.ts";
import { planVolume, volumeCreate } from "../create/plan-volume.ts";
import { type CreateKind, type StartedOperation, startCreate, startedFrom } from "../create/start.ts";
import { refusedArgument } from "../errors.ts";
import { checkCallOptions, checkId, checkName, checkSize, checkVolumeQuery } from "../input.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { WaitOptions } from "../options.ts";
import type { Volume } from "../volume.ts";
import { requireCapability, runOperation, runOperationOn } from "./operation-table.ts";
import type { SnapshotResources, VolumeResources } from "./resources.ts";

/** The portable operations on volumes, and what `resume` needs of their create. */
export function createVolumes(
  runtime: Runtime,
  resources: VolumeResources,
  snapshots: SnapshotResources,
): { readonly volumes: Volumes; readonly kind: CreateKind<Volume> } {
  const { driver, capabilities } = runtime;
  const { limits } = capabilities;
  const kind = volumeKind(runtime, resources, snapshots);
  /** Where a name means one volume, when the caller says no region. */
  const home = capabilities.volumeNames.scope === "region" ? driver.defaultRegion : undefined;

  async function start(call: Call, input: unknown): Promise<StartedOperation<Volume>> {
    const plan = await planVolume(runtime, snapshots, call, input);
    const create = volumeCreate(resources, snapshots, driver, { ...plan.key, name: plan.input.name }, plan);
    const { sourceSnapshotId: id } = plan.key;
    const started = startCreate(kind, call, create, plan.key, plan.nameRefusal);
    return await (id === undefined ? started : startedFrom(call, { kind: "snapshot", id }, started));
  }

  function change(
    name: "volumes.resize" | "volumes.attach" | "volumes.detach" | "volumes.revert" | "volumes.rename",
    id: string,
    options: WaitOptions | undefined,
    plan: (call: Call) => VolumeChange,
  ): Promise<Volume> {
    return runOperationOn(runtime, name, id, options, (call) =>
      changeVolume(resources, call, id, plan(call), options?.onProgress),
    );
  }

  const volumes: Volumes = {
    list: (query, options) =>
      checkedNow(runtime, "volumes.list", () => {
        const checked = checkVolumeQuery(query);
        checkCallOptions(options);
        if (checked.tags !== undefined) {
          const cannot = "tags of volumes cannot be read here; choose by name or id";
          requireCapability(runtime, "volumes.readTags", cannot);
        }
        return resources.list(checked, options);
      }),
    get: (id, options) =>
      runOperationOn(runtime, "volumes.get", id, options, (call) => resources.get(call, id)),
    find: (query, options) =>
      runOperation(runtime, "volumes.find", options, async (call) => {
        const { name, region } = checkVolumeQuery(query);
        if (name === undefined) throw refusedArgument("find needs a name");
        const found = await resources.listAll(call, omitUndefined({ name, region }));
        return theOneNamed(found, region === undefined ? home : undefined);
      }),
    create: (input, options) =>
      runOperation(runtime, "volumes.create", options, async (call) =>
        finishCreate(kind, call, await start(call, input), options),
      ),
    beginCreate: (input, options) =>
      runOperation(runtime, "volumes.beginCreate", options, async (call) =>
        operationOf(kind, await start(call, input), true),
      ),
    resize: (id, sizeGiB, options) =>
      change("volumes.resize", id, options, () =>
        resizing(runtime, id, checkSize(sizeGiB, limits.volumeSize, false, "sizeGiB")),
      ),
    attach: (id, serverId, options) =>
      change("volumes.attach", id, options, () => attaching(runtime, id, checkId(serverId, "serverId"))),
    detach: (id, serverId, options) =>
      change("volumes.detach", id, options, () => detaching(runtime, id, checkId(serverId, "serverId"))),
    revert: (id, snapshotId, options) =>
      change("volumes.revert", id, options, (call) =>
        reverting(runtime, call, snapshots, id, checkId(snapshotId, "snapshotId")),
      ),
    rename: (id, name, options) =>
      change("volumes.rename", id, options, () => {
        checkName(name, limits.volumeName);
        return renaming(runtime, id, name);
      }),
    delete: (id, options) =>
      runOperationOn(runtime, "volumes.delete", id, options, (call) =>
        deleteVolume(resources, snapshots, call, {
          id,
          withSnapshots: checkSnapshotsOption(options?.snapshots),
          onProgress: options?.onProgress,
        }),
      ),
  };
  return { volumes, kind };
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

function checkSnapshotsOption(value: unknown): boolean {
  if (value === undefined || value === "keep") return false;
  if (value === "delete") return true;
  throw refusedArgument('snapshots: allowed are "keep" and "delete"');
}
