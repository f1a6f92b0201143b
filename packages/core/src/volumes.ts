import type { Volumes } from "./block-storage.ts";
import { type Call, checkedNow, runCall } from "./call.ts";
import type { Capability } from "./capabilities.ts";
import { converge, type VolumeChange } from "./change/converge.ts";
import { removeVolume } from "./change/remove.ts";
import { begin, type CreateKind, finish, ofSource, operationOf } from "./create/begin.ts";
import { theOneNamed } from "./create/named.ts";
import { planVolume, volumeCreate } from "./create/volume-plan.ts";
import type { CallContext, Changed } from "./driver.ts";
import { PolyvolError } from "./errors.ts";
import { inUse } from "./in-use.ts";
import { checkId, checkName, checkSize, checkVolumeQuery, refused } from "./input.ts";
import { omitUndefined } from "./omit-undefined.ts";
import type { OperationRef } from "./operation.ts";
import type { CallOptions, VolumeQuery, WaitOptions } from "./options.ts";
import { type Runtime, requireCapability } from "./runtime.ts";
import type { SnapshotResources } from "./snapshot-resources.ts";
import type { Volume } from "./volume.ts";
import type { VolumeResources } from "./volume-resources.ts";
import { volumeUsable } from "./waiting/goal.ts";
import { listWords } from "./words.ts";

/** The portable operations on volumes, and what `resume` needs of their create. */
export function createVolumes(
  runtime: Runtime,
  resources: VolumeResources,
  snapshots: SnapshotResources,
): { readonly volumes: Volumes; readonly kind: CreateKind<Volume, VolumeQuery> } {
  const { driver, capabilities } = runtime;
  const { limits } = capabilities;
  /** Where a name means one volume, when the caller says no region. */
  const home = capabilities.volumeNames.scope === "region" ? driver.defaultRegion : undefined;

  const kind: CreateKind<Volume, VolumeQuery> = {
    runtime,
    operation: "volumes.create",
    resources,
    enforced: capabilities.volumeNames.enforced,
    usable: volumeUsable,
    isMade: ({ state }) => state === "attaching" || state === "detaching",
    fromRef: (ref) => volumeCreate(resources, driver, ref),
    complete: grow,
    remove: (call, volume) =>
      removeVolume(resources, snapshots, call, { id: volume.id, withSnapshots: false }),
  };

  /** The second step of a restore: the provider made the volume as small as the snapshot allows. */
  async function grow(
    call: Call,
    volume: Volume,
    ref: OperationRef,
    onProgress: WaitOptions["onProgress"],
  ): Promise<Volume> {
    const wanted = ref.sizeGiB;
    if (wanted === undefined || volume.sizeGiB >= wanted) return volume;
    return await resizeTo(call, volume.id, wanted, onProgress);
  }

  function resizeTo(
    call: Call,
    id: string,
    sizeGiB: number,
    onProgress: WaitOptions["onProgress"],
  ): Promise<Volume> {
    const send = method(driver.resizeVolume?.bind(driver), "resizeVolume");
    return converge(resources, call, {
      id,
      reached: (volume) => volume.sizeGiB === sizeGiB,
      openIn: { states: ["creating", "resizing", "reverting"] },
      refuse: (volume) => {
        refuseFailed(volume);
        if (volume.sizeGiB > sizeGiB) {
          throw refused("out_of_range", `it has ${volume.sizeGiB} GiB and cannot shrink to ${sizeGiB} GiB`);
        }
      },
      send: (context) => send(id, sizeGiB, context),
      onProgress,
    });
  }

  function method<T>(implementation: T | undefined, name: string): T {
    if (implementation !== undefined) return implementation;
    throw refused("unsupported", `the driver ${driver.provider} lacks ${name}`);
  }

  /** A call that changes one volume: capability, id and the course of a change. */
  function change(
    operation: string,
    capability: Capability,
    cannot: string,
    id: string,
    options: WaitOptions | undefined,
    plan: (call: Call) => Omit<VolumeChange, "id" | "onProgress">,
  ): Promise<Volume> {
    return runCall(runtime, changing(operation, options, id), (call) => {
      requireCapability(runtime, capability, cannot);
      checkId(id, "id");
      return converge(resources, call, { ...plan(call), id, onProgress: options?.onProgress });
    });
  }

  async function beginWithin(
    call: Call,
    input: unknown,
  ): Promise<OperationRef & { readonly resource: Volume }> {
    const plan = await planVolume(runtime, snapshots, call, input);
    const create = volumeCreate(resources, driver, { ...plan.key, name: plan.input.name }, plan);
    const { sourceSnapshotId: id } = plan.key;
    const made = begin(kind, call, create, plan.key, plan.nameRefusal);
    return await (id === undefined ? made : ofSource(call, { kind: "snapshot", id }, made));
  }

  const volumes: Volumes = {
    list: (query, options) =>
      checkedNow(runtime, "volumes.list", () => {
        const checked = checkVolumeQuery(query);
        if (checked.tags !== undefined) {
          requireCapability(
            runtime,
            "volumes.readTags",
            "volumes' tags cannot be read here, so not chosen by either",
          );
        }
        return resources.list(checked, options);
      }),
    get: (id, options) =>
      runCall(runtime, reading("volumes.get", options, id), (call) => resources.get(call, checkId(id, "id"))),
    find: (query, options) =>
      runCall(runtime, reading("volumes.find", options), async (call) => {
        const { name, region } = checkVolumeQuery(query);
        if (name === undefined) throw refused("invalid_argument", "find needs a name");
        const found = await resources.listAll(call, omitUndefined({ name, region }));
        return theOneNamed(found, region === undefined ? home : undefined);
      }),
    create: (input, options) =>
      runCall(runtime, { operation: "volumes.create", options, waits: true, changes: true }, async (call) => {
        const { resource, ...ref } = await beginWithin(call, input);
        return await finish(kind, call, ref, resource, options?.onProgress);
      }),
    beginCreate: (input, options) =>
      runCall(
        runtime,
        { operation: "volumes.create", options, waits: false, changes: true },
        async (call) => {
          const { resource, ...ref } = await beginWithin(call, input);
          return operationOf(kind, ref, resource, true);
        },
      ),
    resize: (id, sizeGiB, options) =>
      runCall(runtime, changing("volumes.resize", options, id), (call) => {
        requireCapability(runtime, "volumes.resize", "volumes cannot be resized here");
        checkId(id, "id");
        const size = checkSize(sizeGiB, limits.volumeSize, false, "sizeGiB");
        return resizeTo(call, id, size, options?.onProgress);
      }),
    attach: (id, serverId, options) =>
      change("volumes.attach", "volumes.attach", "volumes cannot be attached here", id, options, () => {
        checkId(serverId, "serverId");
        const send = method(driver.attachVolume?.bind(driver), "attachVolume");
        return {
          reached: (volume) => isAttached(volume, serverId),
          openIn: { states: ["attaching", "detaching"] },
          refuse: (volume) => {
            refuseFailed(volume);
            const others = listWords(volume.attachments.map((each) => each.serverId));
            if (others !== "" && !capabilities.supports.includes("volumes.multiAttach")) {
              throw refused("failed_precondition", `it is attached to ${others}; detach it first`);
            }
          },
          send: (context: CallContext): Promise<Changed> => send(id, serverId, context),
          server: { id: serverId, change: "attach" },
        };
      }),
    detach: (id, serverId, options) =>
      change("volumes.detach", "volumes.attach", "volumes cannot be detached here", id, options, () => {
        checkId(serverId, "serverId");
        const send = method(driver.detachVolume?.bind(driver), "detachVolume");
        return {
          reached: (volume) => !isAttached(volume, serverId),
          openIn: { states: ["attaching", "detaching"], patient: true },
          refuse: () => undefined,
          send: (context: CallContext): Promise<Changed> => send(id, serverId, context),
          server: { id: serverId, change: "detach" },
        };
      }),
    revert: (id, snapshotId, options) => {
      let sent = false;
      return change(
        "volumes.revert",
        "volumes.revert",
        "a volume cannot be set back to a snapshot here; create a new volume from it",
        id,
        options,
        (call) => {
          checkId(snapshotId, "snapshotId");
          const send = method(driver.revertVolume?.bind(driver), "revertVolume");
          return {
            // A revert leaves no trace to look for: it is done when it was sent and the volume is at rest again.
            reached: () => sent,
            ...{ isOfAnother: true, leavesNoTrace: true },
            openIn: { states: ["reverting"] },
            refuse: (volume) => {
              refuseFailed(volume);
              const use = inUse(volume);
              if (use !== undefined) throw refused("failed_precondition", `it is ${use}; detach it first`);
            },
            send: async (context: CallContext): Promise<Changed> => {
              await requireLatest(snapshots, call, id, snapshotId);
              const changed = await send(id, snapshotId, context);
              sent = true;
              return changed;
            },
          };
        },
      );
    },
    rename: (id, name, options) =>
      change("volumes.rename", "volumes.rename", "volumes cannot be renamed here", id, options, () => {
        checkName(name, limits.volumeName, "name");
        const send = method(driver.renameVolume?.bind(driver), "renameVolume");
        return {
          reached: (volume) => volume.name === name,
          refuse: () => undefined,
          send: (context: CallContext): Promise<Changed> => send(id, name, context),
        };
      }),
    delete: (id, options) =>
      runCall(runtime, changing("volumes.delete", options, id), (call) =>
        removeVolume(resources, snapshots, call, {
          id: checkId(id, "id"),
          withSnapshots: checkSnapshotsOption(options?.snapshots),
          onProgress: options?.onProgress,
        }),
      ),
  };
  return { volumes, kind };
}

function reading(
  operation: string,
  options: CallOptions | undefined,
  id?: string,
): Parameters<typeof runCall>[1] {
  const resource = id === undefined ? undefined : ({ kind: "volume", id } as const);
  return { ...omitUndefined({ operation, resource }), options, waits: false, changes: false };
}

function changing(
  operation: string,
  options: WaitOptions | undefined,
  id: string,
): Parameters<typeof runCall>[1] {
  return { operation, resource: { kind: "volume", id }, options, waits: true, changes: true };
}

function checkSnapshotsOption(value: unknown): boolean {
  if (value === undefined || value === "keep") return false;
  if (value === "delete") return true;
  throw refused("invalid_argument", 'snapshots: allowed are "keep" and "delete"');
}

function isAttached(volume: Volume, serverId: string): boolean {
  return volume.attachments.some((each) => each.serverId === serverId);
}

function refuseFailed(volume: Volume): void {
  if (volume.state === "error" || volume.state === "deleting") {
    throw refused("failed_precondition", `it is in the state ${volume.providerState ?? volume.state}`);
  }
}

async function requireLatest(
  snapshots: SnapshotResources,
  call: Call,
  volumeId: string,
  snapshotId: string,
): Promise<void> {
  const all = await snapshots.listAll(call, { volumeId });
  const wanted = all.find((each) => each.id === snapshotId);
  if (wanted === undefined) {
    call.about({ kind: "snapshot", id: snapshotId });
    throw new PolyvolError("not_found", `volume ${volumeId} has no snapshot ${snapshotId}`, {
      outcome: "not_applied",
    });
  }
  const newer = all.filter((each) => each.createdAt > wanted.createdAt);
  if (newer.length === 0) return;
  throw refused(
    "failed_precondition",
    `only the latest snapshot can be reverted to, and ${newer.length} are newer than ${snapshotId}`,
  );
}
