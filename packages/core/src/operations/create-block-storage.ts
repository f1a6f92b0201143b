import type { BlockStorage } from "../block-storage.ts";
import { type Call, runCall } from "../call/call.ts";
import { APPEARANCE_MS } from "../call/just-now.ts";
import { createRuntime } from "../call/runtime.ts";
import { operationOf } from "../create/finish.ts";
import { isListed, listedAlone } from "../create/named-create.ts";
import type { CreateKind } from "../create/start.ts";
import type { BlockStorageDriver } from "../driver.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { Operation, OperationRef } from "../operation.ts";
import { parseValues } from "../option.ts";
import type { CallOptions } from "../options.ts";
import type { Resource } from "../resource.ts";
import { type BlockStorageOptions, storageOptions } from "../storage-options.ts";
import { checkRef, resourceOf } from "./operation-ref.ts";
import { createSnapshotResources, createVolumeResources } from "./resources.ts";
import { createSnapshots } from "./snapshots.ts";
import { createVolumes } from "./volumes.ts";

/**
 * Puts the portable interface on a driver. Adapters call it in their own factories; call it yourself for a driver of
 * your own.
 *
 * @throws PolyvolError `invalid_argument` for options that make no sense
 */
export function createBlockStorage(
  driver: BlockStorageDriver,
  options: BlockStorageOptions = {},
): BlockStorage {
  const runtime = createRuntime(driver, parseValues(options, storageOptions, "option"));
  const volumeResources = createVolumeResources(runtime);
  const snapshotResources = createSnapshotResources(runtime);
  const { volumes, kind: volumeKind } = createVolumes(runtime, volumeResources, snapshotResources);
  const { snapshots, kind: snapshotKind } = createSnapshots(runtime, snapshotResources);
  return {
    provider: driver.provider,
    capabilities: runtime.capabilities,
    volumes,
    snapshots,
    driver,
    resume: (async (given: OperationRef, callOptions?: CallOptions) => {
      // What was stored may be anything.
      const ref = Object(given) as OperationRef;
      return await runCall(
        runtime,
        { operation: ref.operation, resource: resourceOf(ref), options: callOptions },
        async (call) => {
          checkRef(ref, driver.provider);
          return ref.operation === "volumes.create"
            ? await resumed(call, volumeKind, ref)
            : await resumed(call, snapshotKind, ref);
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
    run: (operation, task, { idempotent, ...callOptions }) =>
      runCall(runtime, { operation, options: callOptions, changes: !idempotent }, (call) =>
        call.send(idempotent ? "read" : "once", task),
      ),
  };
}

/** The operation that a ref stands for, as far as it is now. */
async function resumed<T extends Resource>(
  call: Call,
  kind: CreateKind<T>,
  ref: OperationRef,
): Promise<Operation<T>> {
  const resource = await readMade(call, kind, ref);
  return operationOf(kind, { ref: { ...ref, settled: true }, resource }, false);
}

/** What a ref stands for; looked for again where it was made within the last minute and does not show yet. */
async function readMade<T extends Resource>(
  call: Call,
  { resources, fromRef }: CreateKind<T>,
  ref: OperationRef,
): Promise<T> {
  const { resourceId, attempt } = ref;
  const { clock, monotonicNow, polling } = call.runtime;
  // Its time is of a clock that may have been set since, or of another machine that is ahead: a minute from now is the most.
  const leftMs = attempt === undefined ? 0 : attempt.answeredAt + APPEARANCE_MS - clock.now();
  const showsBy = monotonicNow() + Math.min(APPEARANCE_MS, leftMs);
  for (;;) {
    const made = await resources.tryGet(call, resourceId);
    if (made !== undefined) return made;
    if (monotonicNow() >= showsBy || polling.firstPauseMs >= call.remainingMs()) break;
    await call.sleep(polling.firstPauseMs);
  }
  if (await isListed(call, fromRef(ref), resourceId)) throw listedAlone();
  // The last word, and the error that it is.
  return await resources.get(call, resourceId);
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
