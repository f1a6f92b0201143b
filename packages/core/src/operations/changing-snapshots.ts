import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { deleteSnapshot } from "../change/delete.ts";
import { updateSnapshot } from "../change/update-snapshot.ts";
import { finishCreate, operationOf } from "../create/finish.ts";
import { checkSnapshot, refuseAttached, snapshotCreate } from "../create/plan-snapshot.ts";
import { type CreateKind, type StartedOperation, startCreate, startedFrom } from "../create/start.ts";
import type { DriverUpdateSnapshot } from "../driver-inputs.ts";
import type { Operation } from "../operation.ts";
import type { CreateOptions, CreateSnapshotInput, WaitOptions } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import type { SnapshotResources } from "./resources.ts";

type OnProgress = WaitOptions["onProgress"];

/** What changes snapshots, within calls that have begun and whose input has been read. */
export interface SnapshotChanges {
  create(call: Call, input: CreateSnapshotInput, options: CreateOptions | undefined): Promise<Snapshot>;
  beginCreate(call: Call, input: CreateSnapshotInput): Promise<Operation<Snapshot>>;
  update(call: Call, id: string, wanted: DriverUpdateSnapshot, onProgress: OnProgress): Promise<Snapshot>;
  delete(call: Call, id: string, onProgress: OnProgress): Promise<void>;
}

/** The changes of snapshots, and what `resume` needs of their create. */
export function createSnapshotChanges(
  runtime: Runtime,
  resources: SnapshotResources,
): { readonly changes: SnapshotChanges; readonly kind: CreateKind<Snapshot> } {
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

  const changes: SnapshotChanges = {
    create: async (call, input, options) => finishCreate(kind, call, await start(call, input), options),
    beginCreate: async (call, input) => operationOf(kind, await start(call, input), true),
    update: (call, id, wanted, onProgress) => updateSnapshot(resources, call, id, wanted, onProgress),
    delete: (call, id, onProgress) => deleteSnapshot(resources, call, id, onProgress),
  };
  return { changes, kind };
}
