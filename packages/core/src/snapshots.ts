import { answeredFor, createdAs } from "./answered.ts";
import type { Snapshots } from "./block-storage.ts";
import { type Call, checkedNow, runCall } from "./call.ts";
import { removeSnapshot } from "./change/remove.ts";
import { begin, type CreateKind, finish, ofSource, operationOf } from "./create/begin.ts";
import { type NamedCreate, severalFound } from "./create/named.ts";
import type { DriverCreateSnapshot } from "./driver.ts";
import { PolyvolError } from "./errors.ts";
import { inUse } from "./in-use.ts";
import {
  checkCreateSnapshot,
  checkId,
  checkName,
  checkNewName,
  checkSnapshotQuery,
  checkTags,
  checkUpdateSnapshot,
  refused,
} from "./input.ts";
import { omitUndefined } from "./omit-undefined.ts";
import type { OperationRef } from "./operation.ts";
import type { CreateSnapshotInput, SnapshotQuery } from "./options.ts";
import { type Runtime, requireCapability } from "./runtime.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SnapshotResources } from "./snapshot-resources.ts";
import { waitForEffect } from "./waiting/effect.ts";
import { snapshotReaches, snapshotUsable } from "./waiting/goal.ts";

export function createSnapshots(
  runtime: Runtime,
  resources: SnapshotResources,
): { readonly snapshots: Snapshots; readonly kind: CreateKind<Snapshot, SnapshotQuery> } {
  const { driver, capabilities } = runtime;
  const { limits } = capabilities;
  const accountWide = capabilities.snapshotNames.scope === "account";

  const kind: CreateKind<Snapshot, SnapshotQuery> = {
    runtime,
    operation: "snapshots.create",
    resources,
    enforced: capabilities.snapshotNames.enforced,
    usable: snapshotUsable,
    fromRef: (ref) => namedCreate(ref.name, ref.within ?? "", undefined),
    complete: async (_call, snapshot) => snapshot,
    remove: (call, snapshot) => removeSnapshot(resources, call, snapshot.id),
  };

  function namedCreate(
    name: string,
    volumeId: string,
    input: CreateSnapshotInput | undefined,
  ): NamedCreate<Snapshot> {
    return {
      kind: "snapshot",
      name,
      // All of the volume's snapshots, not those of the name alone: the newest one tells when "too soon" is over.
      look: (call) => resources.listAll(call, accountWide ? { name } : { volumeId }),
      get: (call, id) => resources.tryGet(call, id),
      send: async (context, attemptId) => {
        const asked = driverInput(name, volumeId, input, attemptId);
        return createdAs(asked, await driver.createSnapshot(asked, context));
      },
      difference: (existing) =>
        // Found among the volume's own, so that no word of a volume is no other volume.
        existing.volumeId === volumeId || existing.volumeId === ""
          ? undefined
          : `is of volume ${existing.volumeId}, not of ${volumeId}`,
      attemptIdOf: (snapshot) => driver.attemptIdOf?.(snapshot),
      retryAfterMs: (existing) => untilGapIsOver(runtime, existing),
    };
  }

  function check(input: unknown): {
    readonly checked: CreateSnapshotInput;
    readonly nameRefusal: PolyvolError | undefined;
  } {
    const checked = checkCreateSnapshot(input);
    const nameRefusal = checkNewName(checked.name, limits.snapshotName, "name");
    if (checked.description !== undefined && checked.description !== "") {
      requireCapability(runtime, "snapshots.description", "snapshots take no description here");
    }
    if (checked.tags !== undefined && Object.keys(checked.tags).length > 0) {
      requireCapability(runtime, "snapshots.tags", "snapshots take no tags here");
      checkTags(checked.tags, limits, "tags");
    }
    return { checked, nameRefusal };
  }

  /** Not every provider has a switch for this: the volume itself says whether it is in use. */
  async function refuseAttached(call: Call, volumeId: string): Promise<void> {
    const volume = await call.send("read", async (context) =>
      answeredFor(volumeId, await driver.getVolume(volumeId, context)),
    );
    const use = inUse(volume);
    if (use === undefined) return;
    throw refused("failed_precondition", `volume ${volumeId} is ${use}, and allowAttached is false`);
  }

  async function beginWithin(
    call: Call,
    input: unknown,
  ): Promise<OperationRef & { readonly resource: Snapshot }> {
    const { checked, nameRefusal } = check(input);
    call.about({ kind: "snapshot", name: checked.name });
    const create = namedCreate(checked.name, checked.volumeId, checked);
    const made = async (): Promise<OperationRef & { readonly resource: Snapshot }> => {
      if (checked.allowAttached === false) await refuseAttached(call, checked.volumeId);
      return await begin(kind, call, create, { within: checked.volumeId }, nameRefusal);
    };
    return await ofSource(call, { kind: "volume", id: checked.volumeId }, made());
  }

  const snapshots: Snapshots = {
    list: (query, options) =>
      checkedNow(runtime, "snapshots.list", () => {
        const checked = checkSnapshotQuery(query);
        if (checked.tags !== undefined) {
          requireCapability(
            runtime,
            "snapshots.tags",
            "snapshots carry no tags here, so they cannot be chosen by them",
          );
        }
        return resources.list(checked, options);
      }),
    get: (id, options) =>
      runCall(
        runtime,
        { operation: "snapshots.get", resource: ref(id), options, waits: false, changes: false },
        (call) => resources.get(call, checkId(id, "id")),
      ),
    find: (query, options) =>
      runCall(
        runtime,
        { operation: "snapshots.find", options, waits: false, changes: false },
        async (call) => {
          const { name, volumeId } = checkSnapshotQuery(query);
          if (name === undefined || volumeId === undefined) {
            throw refused("invalid_argument", "find needs name and volumeId");
          }
          const found = await resources.listAll(call, { name, volumeId });
          if (found.length > 1) throw severalFound("snapshot", found);
          return found[0];
        },
      ),
    create: (input, options) =>
      runCall(
        runtime,
        { operation: "snapshots.create", options, waits: true, changes: true },
        async (call) => {
          const { resource, ...begun } = await beginWithin(call, input);
          return await finish(kind, call, begun, resource, options?.onProgress);
        },
      ),
    beginCreate: (input, options) =>
      runCall(
        runtime,
        { operation: "snapshots.create", options, waits: false, changes: true },
        async (call) => {
          const { resource, ...begun } = await beginWithin(call, input);
          return operationOf(kind, begun, resource, true);
        },
      ),
    update: (id, changes, options) =>
      runCall(
        runtime,
        { operation: "snapshots.update", resource: ref(id), options, waits: true, changes: true },
        (call) => update(call, id, changes, options?.onProgress),
      ),
    delete: (id, options) =>
      runCall(
        runtime,
        { operation: "snapshots.delete", resource: ref(id), options, waits: true, changes: true },
        (call) => removeSnapshot(resources, call, checkId(id, "id"), options?.onProgress),
      ),
  };
  return { snapshots, kind };

  async function update(
    call: Call,
    id: string,
    changes: unknown,
    onProgress: Parameters<typeof finish>[4],
  ): Promise<Snapshot> {
    requireCapability(runtime, "snapshots.update", "snapshots cannot be changed here");
    checkId(id, "id");
    const wanted = checkUpdateSnapshot(changes);
    if (wanted.name !== undefined) checkName(wanted.name, limits.snapshotName, "name");
    const asWanted = (snapshot: Snapshot): boolean =>
      (wanted.name === undefined || snapshot.name === wanted.name) &&
      (wanted.description === undefined || (snapshot.description ?? "") === wanted.description);
    const before = await resources.get(call, id);
    if (asWanted(before)) return before;
    const send = driver.updateSnapshot?.bind(driver);
    if (send === undefined)
      throw refused("unsupported", `the driver ${driver.provider} lacks updateSnapshot`);
    const changed = await call.send("repeatable", (context) => send(id, wanted, context));
    const after = await waitForEffect(call, {
      ...{ kind: "snapshot", id, onProgress, resources },
      changed: { settled: true, ...changed },
      goal: snapshotReaches(asWanted),
      motionOf: (seen) => (snapshotUsable(seen).state === "done" ? "at_rest" : "under_way"),
      givenUp: () => "the provider accepted the change, and nothing has come of it",
    });
    if (after === undefined) throw new PolyvolError("not_found", "it has gone meanwhile");
    return after;
  }
}

function ref(id: string): { kind: "snapshot"; id: string } {
  return { kind: "snapshot", id };
}

function driverInput(
  name: string,
  volumeId: string,
  input: CreateSnapshotInput | undefined,
  attemptId: string,
): DriverCreateSnapshot {
  return omitUndefined({
    volumeId,
    name,
    tags: input?.tags ?? {},
    allowAttached: input?.allowAttached ?? true,
    attemptId,
    description: input?.description,
    providerOptions: input?.providerOptions,
  });
}

/** How long until the provider's gap between two snapshots of a volume is over, by its newest snapshot. */
function untilGapIsOver(runtime: Runtime, existing: readonly Snapshot[]): number | undefined {
  const gap = runtime.capabilities.limits.snapshotGapMs;
  if (gap === "unknown" || gap === 0) return undefined;
  const newest = Math.max(...existing.map((snapshot) => snapshot.createdAt.getTime()));
  if (!Number.isFinite(newest)) return gap;
  return Math.max(0, Math.min(gap, newest + gap - runtime.clock.now()));
}
