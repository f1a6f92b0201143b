import { answeredFor, isSameId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { deleteSnapshot } from "../change/delete.ts";
import type { DriverCreateSnapshot } from "../driver.ts";
import { PolyvolError, refused } from "../errors.ts";
import { checkNewName, checkTags } from "../limits.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { requireCapability } from "../operations/operation-table.ts";
import type { SnapshotResources } from "../operations/resources.ts";
import type { CreateSnapshotInput } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import { inUse } from "../volume.ts";
import { createdAs } from "./created-as.ts";
import type { NamedCreate } from "./named-create.ts";

/**
 * Checks the input against everything that is known without a request. Returns why no snapshot can be given this name any
 * more: one that has it already can be taken over all the same.
 */
export function checkSnapshot(runtime: Runtime, input: CreateSnapshotInput): PolyvolError | undefined {
  const { limits } = runtime.capabilities;
  const nameRefusal = checkNewName(input.name, limits.snapshotName);
  if (input.description !== undefined && input.description !== "") {
    requireCapability(runtime, "snapshots.description", "snapshots take no description here");
  }
  if (input.tags !== undefined && Object.keys(input.tags).length > 0) {
    requireCapability(runtime, "snapshots.tags", "snapshots take no tags here");
    checkTags(input.tags, limits);
  }
  return nameRefusal;
}

/** Not every provider has a switch for this: the volume itself says whether it is in use. */
export async function refuseAttached(call: Call, volumeId: string): Promise<void> {
  const { driver, newcomers } = call.runtime;
  const volume = await call.send("read", async (context) =>
    answeredFor(volumeId, await newcomers.unlessNew(volumeId, driver.getVolume(volumeId, context))),
  );
  const use = inUse(volume);
  if (use === undefined) return;
  throw refused("failed_precondition", `volume ${volumeId} is ${use}, and allowAttached is false`);
}

/** The create of a snapshot, from its input, or from a stored ref to look and judge by. */
export function snapshotCreate(
  runtime: Runtime,
  resources: SnapshotResources,
  name: string,
  volumeId: string,
  input?: CreateSnapshotInput,
): NamedCreate<Snapshot> {
  const { driver, capabilities, newcomers } = runtime;
  const isAccountWide = capabilities.snapshotNames.scope === "account";
  return {
    kind: "snapshot",
    name,
    // All of the volume's snapshots, not those of the name alone: the newest one tells when "too soon" is over.
    look: (call) => resources.lookAll(call, isAccountWide ? { name } : { volumeId }),
    get: (call, id) => resources.tryGet(call, id),
    send: async (context, attemptId) => {
      if (input === undefined) throw new PolyvolError("unknown", "a stored operation is never sent again");
      const asked = driverInput(input, attemptId);
      const made = newcomers.unlessNew(volumeId, driver.createSnapshot(asked, context));
      return createdAs(asked, await made);
    },
    remove: (call, id) => deleteSnapshot(resources, call, id),
    difference: (existing) =>
      // Found among the volume's own, so that no word of a volume is no other volume.
      isSameId(existing.volumeId, volumeId) || existing.volumeId === ""
        ? undefined
        : `is of volume ${existing.volumeId}, not of ${volumeId}`,
    attemptIdOf: (snapshot) => driver.attemptIdOf?.(snapshot),
    retryAfterMs: (existing) => untilGapIsOver(runtime, existing),
  };
}

function driverInput(input: CreateSnapshotInput, attemptId: string): DriverCreateSnapshot {
  const { volumeId, name, description, tags = {}, allowAttached = true, providerOptions } = input;
  return omitUndefined({ volumeId, name, description, tags, allowAttached, attemptId, providerOptions });
}

/** How long until the provider's gap between two snapshots of a volume is over, by its newest snapshot. */
function untilGapIsOver(runtime: Runtime, existing: readonly Snapshot[]): number | undefined {
  const gap = runtime.capabilities.limits.snapshotGapMs;
  if (gap === "unknown" || gap === 0) return undefined;
  const newest = Math.max(...existing.map((snapshot) => snapshot.createdAt.getTime()));
  if (!Number.isFinite(newest)) return gap;
  return Math.max(0, Math.min(gap, newest + gap - runtime.clock.now()));
}
