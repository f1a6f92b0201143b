/** All that changes volumes and snapshots, or goes on with what was begun: loaded with the first change (load-changes.ts). */
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { operationOf } from "../create/finish.ts";
import { isListed, listedAlone } from "../create/named-create.ts";
import type { CreateKind } from "../create/start.ts";
import { isPolyvolError } from "../errors.ts";
import type { Operation, OperationRef } from "../operation.ts";
import type { Resource } from "../resource.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { createSharedLooks } from "../wait/shared-looks.ts";
import { createSnapshotChanges } from "./changing-snapshots.ts";
import { createVolumeChanges } from "./changing-volumes.ts";
import type { Reads, Resources, SnapshotReads, VolumeReads } from "./resources.ts";

export type Changes = ReturnType<typeof createChanges>;

export function createChanges(runtime: Runtime, volumeReads: VolumeReads, snapshotReads: SnapshotReads) {
  const snapshotResources = withLooks(runtime, snapshotReads);
  const snapshots = createSnapshotChanges(runtime, snapshotResources);
  const volumes = createVolumeChanges(runtime, withLooks(runtime, volumeReads), snapshotResources);
  return {
    volumes,
    snapshots,
    /** Goes on with a create of this storage's provider. */
    resume: (call: Call, ref: OperationRef): Promise<Operation<Volume> | Operation<Snapshot>> =>
      ref.operation === "volumes.create"
        ? resumeOf(call, volumes.kind, ref)
        : resumeOf(call, snapshots.kind, ref),
  };
}

function withLooks<T extends Resource>(runtime: Runtime, reads: Reads<T>): Resources<T> {
  const looks = createSharedLooks(reads.lookSource, runtime, runtime.driver.settleMs);
  return {
    ...reads,
    looks,
    lookAll: async (call, query) => (await looks.all(call, query)) ?? (await reads.listAll(call, query)),
  };
}

async function resumeOf<T extends Resource>(
  call: Call,
  kind: CreateKind<T>,
  ref: OperationRef,
): Promise<Operation<T>> {
  return operationOf(kind, { ref, resource: await readMade(call, kind, ref) }, false);
}

/** What a ref stands for. Where it was made within the last minute, that a copy does not show it is no last word. */
async function readMade<T extends Resource>(
  call: Call,
  { resources, fromRef }: CreateKind<T>,
  ref: OperationRef,
): Promise<T> {
  const { clock, newcomers } = call.runtime;
  const { resourceId, answeredAt = clock.now() } = ref;
  newcomers.made(resourceId, clock.now() - answeredAt);
  try {
    return await resources.get(call, resourceId);
  } catch (error) {
    if (isPolyvolError(error, "not_found") && (await isListed(call, fromRef(ref), resourceId)))
      throw listedAlone();
    throw error;
  }
}
