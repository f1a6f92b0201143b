import type { BlockStorage } from "../block-storage.ts";
import { checkedNow, runCall } from "../call/call.ts";
import { createRuntime } from "../call/runtime.ts";
import type { BlockStorageDriver } from "../driver.ts";
import { checkRunOptions } from "../input.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { OperationRef } from "../operation.ts";
import { parseValues } from "../option.ts";
import type { CallOptions } from "../options.ts";
import { checkRuntime } from "../platform.ts";
import { type BlockStorageOptions, storageOptions } from "../storage-options.ts";
import { changesOnUse } from "./load-changes.ts";
import { checkRef, resourceOf } from "./operation-ref.ts";
import { createSnapshotReads, createVolumeReads } from "./resources.ts";
import { createSnapshots } from "./snapshots.ts";
import { createVolumes } from "./volumes.ts";

/**
 * Puts the portable interface on a driver. Adapters call it in their own factories; call it yourself for a driver of
 * your own.
 *
 * @throws PolyvolError `invalid_argument` for options that make no sense; `unsupported` on a runtime that is too old
 */
export function createBlockStorage(
  driver: BlockStorageDriver,
  options: BlockStorageOptions = {},
): BlockStorage {
  checkRuntime();
  const runtime = createRuntime(driver, parseValues(options, storageOptions, "option"));
  const volumeReads = createVolumeReads(runtime);
  const snapshotReads = createSnapshotReads(runtime);
  const withChanges = changesOnUse(runtime, volumeReads, snapshotReads);
  return {
    provider: driver.provider,
    capabilities: runtime.capabilities,
    volumes: createVolumes(runtime, volumeReads, withChanges),
    snapshots: createSnapshots(runtime, snapshotReads, withChanges),
    driver,
    resume: (async (given: OperationRef, callOptions?: CallOptions) => {
      // What was stored may be anything.
      const ref = Object(given) as OperationRef;
      return await runCall(
        runtime,
        { operation: ref.operation, resource: resourceOf(ref), options: callOptions },
        async (call) => {
          checkRef(ref, driver.provider);
          const read = { ...ref, settled: true };
          return await withChanges(call, ({ resume }) => resume(call, read));
        },
      );
    }) as BlockStorage["resume"],
    checkHealth: (callOptions) =>
      runCall(runtime, { operation: "checkHealth", options: callOptions }, async (call) => {
        const sentAt = runtime.clock.now();
        const health = await call.send("read", (context) => driver.checkHealth(context));
        const clockSkewMs = health.serverTime && skewOf(health.serverTime, sentAt, runtime.clock.now());
        const canSeeTags = callOptions?.tags === true ? driver.canSeeTags?.bind(driver) : undefined;
        const tagsVisible = canSeeTags && (await call.send("read", (context) => canSeeTags(context)));
        return omitUndefined({ ...health, clockSkewMs, tagsVisible });
      }),
    run: async (operation, task, options) => {
      const { idempotent, ...rest } = checkedNow(runtime, operation, () => checkRunOptions(options));
      return await runCall(runtime, { operation, options: rest, changes: !idempotent }, (call) =>
        call.send(idempotent ? "read" : "once", task),
      );
    },
  };
}

/**
 * How far the clocks are known to differ: 0 where one that agrees can have said this at some moment between the two.
 * Services tell the time in whole seconds, cut off.
 */
function skewOf(serverTime: Date, sentAt: number, answeredAt: number): number {
  const told = serverTime.getTime();
  const least = told - answeredAt;
  const most = told + (told % 1000 === 0 ? 999 : 0) - sentAt;
  if (least > 0) return Math.round(least);
  return most < 0 ? Math.round(most) : 0;
}
