import type { Snapshots } from "../block-storage.ts";
import { checkedNow } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { severalFound, staying } from "../create/found.ts";
import {
  checkCallOptions,
  checkCreateSnapshot,
  checkSnapshotKey,
  checkSnapshotQuery,
  checkUpdateSnapshot,
} from "../input.ts";
import type { WithChanges } from "./load-changes.ts";
import { requireCapability, runOperation, runOperationOn } from "./operation-table.ts";
import type { SnapshotReads } from "./resources.ts";

/** The portable operations on snapshots: what is given is read at the call, whenever the code of changes is there. */
export function createSnapshots(runtime: Runtime, reads: SnapshotReads, withChanges: WithChanges): Snapshots {
  return {
    list: (query, options) =>
      checkedNow(runtime, "snapshots.list", () => {
        const checked = checkSnapshotQuery(query);
        checkCallOptions(options);
        if (checked.tags !== undefined) {
          const cannot = "snapshots carry no tags here, so they cannot be chosen by them";
          requireCapability(runtime, "snapshots.tags", cannot);
        }
        return reads.list(checked, options);
      }),
    get: (id, options) =>
      runOperationOn(runtime, "snapshots.get", id, options, (call) => reads.get(call, id)),
    find: (query, options) =>
      runOperation(runtime, "snapshots.find", options, async (call) => {
        const found = staying(await reads.listAll(call, checkSnapshotKey(query)));
        if (found.length > 1) throw severalFound("snapshot", found);
        return found[0];
      }),
    create: (value, options) =>
      runOperation(runtime, "snapshots.create", options, async (call) => {
        const input = checkCreateSnapshot(value);
        return await withChanges(call, ({ snapshots }) => snapshots.create(call, input, options));
      }),
    beginCreate: (value, options) =>
      runOperation(runtime, "snapshots.beginCreate", options, async (call) => {
        const input = checkCreateSnapshot(value);
        return await withChanges(call, ({ snapshots }) => snapshots.beginCreate(call, input));
      }),
    update: (id, value, options) =>
      runOperationOn(runtime, "snapshots.update", id, options, async (call) => {
        const wanted = checkUpdateSnapshot(value);
        const onProgress = options?.onProgress;
        return await withChanges(call, ({ snapshots }) => snapshots.update(call, id, wanted, onProgress));
      }),
    delete: (id, options) =>
      runOperationOn(runtime, "snapshots.delete", id, options, async (call) => {
        const onProgress = options?.onProgress;
        await withChanges(call, ({ snapshots }) => snapshots.delete(call, id, onProgress));
      }),
  };
}
