import type { Snapshots } from "../block-storage.ts";
import { type Call, checkedNow } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { deleteSnapshot } from "../change/delete.ts";
import { updateSnapshot } from "../change/update-snapshot.ts";
import { finishCreate, operationOf } from "../create/finish.ts";
import { severalFound, staying } from "../create/named-create.ts";
import { planSnapshot, refuseAttached, snapshotCreate } from "../create/plan-snapshot.ts";
import { type CreateKind, type StartedOperation, startCreate, startedFrom } from "../create/start.ts";
import { refusedArgument } from "../errors.ts";
import { checkCallOptions, checkSnapshotQuery } from "../input.ts";
import type { Snapshot } from "../snapshot.ts";
import { requireCapability, runOperation, runOperationOn } from "./operation-table.ts";
import type { SnapshotResources } from "./resources.ts";

/** The portable operations on snapshots, and what `resume` needs of their create. */
export function createSnapshots(
  runtime: Runtime,
  resources: SnapshotResources,
): { readonly snapshots: Snapshots; readonly kind: CreateKind<Snapshot> } {
  const kind: CreateKind<Snapshot> = {
    runtime,
    operation: "snapshots.create",
    resources,
    hasUniqueNames: runtime.capabilities.snapshotNames.enforced,
    fromRef: (ref) => snapshotCreate(runtime, resources, ref.name, ref.within ?? ""),
  };

  async function start(call: Call, value: unknown): Promise<StartedOperation<Snapshot>> {
    const { input, nameRefusal } = planSnapshot(runtime, value);
    const { name, volumeId } = input;
    call.about({ kind: "snapshot", name });
    const create = snapshotCreate(runtime, resources, name, volumeId, input);
    const started = async (): Promise<StartedOperation<Snapshot>> => {
      if (input.allowAttached === false) await refuseAttached(call, volumeId);
      return await startCreate(kind, call, create, { within: volumeId }, nameRefusal);
    };
    return await startedFrom(call, { kind: "volume", id: volumeId }, started());
  }

  const snapshots: Snapshots = {
    list: (query, options) =>
      checkedNow(runtime, "snapshots.list", () => {
        const checked = checkSnapshotQuery(query);
        checkCallOptions(options);
        if (checked.tags !== undefined) {
          const cannot = "snapshots carry no tags here, so they cannot be chosen by them";
          requireCapability(runtime, "snapshots.tags", cannot);
        }
        return resources.list(checked, options);
      }),
    get: (id, options) =>
      runOperationOn(runtime, "snapshots.get", id, options, (call) => resources.get(call, id)),
    find: (query, options) =>
      runOperation(runtime, "snapshots.find", options, async (call) => {
        const { name, volumeId } = checkSnapshotQuery(query);
        if (name === undefined || volumeId === undefined) {
          throw refusedArgument("find needs name and volumeId");
        }
        const found = staying(await resources.listAll(call, { name, volumeId }));
        if (found.length > 1) throw severalFound("snapshot", found);
        return found[0];
      }),
    create: (input, options) =>
      runOperation(runtime, "snapshots.create", options, async (call) =>
        finishCreate(kind, call, await start(call, input), options),
      ),
    beginCreate: (input, options) =>
      runOperation(runtime, "snapshots.beginCreate", options, async (call) =>
        operationOf(kind, await start(call, input), true),
      ),
    update: (id, changes, options) =>
      runOperationOn(runtime, "snapshots.update", id, options, (call) =>
        updateSnapshot(resources, call, id, changes, options?.onProgress),
      ),
    delete: (id, options) =>
      runOperationOn(runtime, "snapshots.delete", id, options, (call) =>
        deleteSnapshot(resources, call, id, options?.onProgress),
      ),
  };
  return { snapshots, kind };
}
