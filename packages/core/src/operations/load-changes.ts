import { abortable } from "../abort.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { PolyvolError } from "../errors.ts";
import { loadCode, whyNotLoaded } from "../loading.ts";
import type { Changes } from "./changes.ts";
import type { SnapshotReads, VolumeReads } from "./resources.ts";

/** Runs the part of a call that changes something, at once where its code is there. */
export type WithChanges = <T>(call: Call, task: (changes: Changes) => Promise<T>) => Promise<T>;

/**
 * What changes volumes and snapshots, loaded with the first change: whoever only reads never needs it. All of it is
 * there before anything is sent, since what has begun must not end for want of code. Where it cannot be loaded, the call
 * fails, and the next one tries again.
 */
export function changesOnUse(runtime: Runtime, volumes: VolumeReads, snapshots: SnapshotReads): WithChanges {
  let loading: Promise<Changes> | undefined;
  let loaded: Changes | undefined;
  const load = async (): Promise<Changes> => {
    const { createChanges } = await loadCode(runtime.clock, () => import("./changes.ts"));
    return createChanges(runtime, volumes, snapshots);
  };
  return async (call, task) => {
    if (loaded === undefined) {
      loading ??= load();
      const awaited = loading;
      try {
        // Set by whoever has waited, so that no later call comes before it.
        loaded = await abortable(awaited, call.abortSignal);
      } catch (cause) {
        if (call.abortSignal.aborted) throw call.abortSignal.reason;
        if (loading === awaited) loading = undefined;
        const reason = `the part of Polyvol that changes resources could not be loaded: ${whyNotLoaded(cause)}`;
        throw new PolyvolError("unknown", reason, { outcome: "not_applied", cause });
      }
    }
    return await task(loaded);
  };
}
