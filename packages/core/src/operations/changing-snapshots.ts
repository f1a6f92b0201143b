import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { deleteSnapshot } from "../change/delete.ts";
import { updateSnapshot } from "../change/update-snapshot.ts";
import { finishCreate, operationOf } from "../create/finish.ts";
import { checkSnapshot, refuseAttached, snapshotCreate } from "../create/plan-snapshot.ts";
import { type CreateKind, type StartedOperation, startCreate, startedFrom } from "../create/start.ts";
import type { DriverUpdateSnapshot } from "../driver-inputs.ts";
import type { CreateOptions, CreateSnapshotInput, WaitOptions } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import type { SnapshotResources } from "./resources.ts";

type OnProgress = WaitOptions["onProgress"];

/** What changes snapshots, within calls that have begun and whose input has been read; and `kind`, for `resume`. */
export function createSnapshotChanges(runtime: Runtime, resources: SnapshotResources) {
  const kind: CreateKind<Snapshot> = {
    runtime,
    operation: "snapshots.create",
    resources,
    hasUniqueNames: runtime.capabilities.snapshotNames.enforced,
    fromRef: (ref) => snapshotCreate(runtime, resources, ref.name, ref.within ?? ""),
  };

  async function start(call: Call, input: CreateSnapshotInput): Promise<StartedOperation<Snapshot>> {
    const nameRefusal = checkSnapshot(runtime, input);
    const { name, volumeId } = input;
    call.about({ kind: "snapshot", name });
    const create = snapshotCreate(runtime, resources, name, volumeId, input);
    const started = async (): Promise<StartedOperation<Snapshot>> => {
      if (input.allowAttached === false) await refuseAttached(call, volumeId);
      return await startCreate(kind, call, create, { within: volumeId }, nameRefusal);
    };
    return await startedFrom(call, { kind: "volume", id: volumeId }, started());
  }

  return {
    kind,
    create: async (call: Call, input: CreateSnapshotInput, options: CreateOptions | undefined) =>
      finishCreate(kind, call, await start(call, input), options),
    beginCreate: async (call: Call, input: CreateSnapshotInput) =>
      operationOf(kind, await start(call, input), true),
    update: (call: Call, id: string, wanted: DriverUpdateSnapshot, onProgress: OnProgress) =>
      updateSnapshot(resources, call, id, wanted, onProgress),
    delete: (call: Call, id: string, onProgress: OnProgress) =>
      deleteSnapshot(resources, call, id, onProgress),
  };
}
