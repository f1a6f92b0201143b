import { randomUUID } from "node:crypto";
import { type Call, runCall } from "../call.ts";
import { blockedWords, isBlocked, refuseBlocked } from "../change/blocked.ts";
import { isPolyvolError, type PolyvolError, type ResourceRef } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { Operation, OperationRef, OperationStatus } from "../operation.ts";
import type { CallOptions, WaitOptions } from "../options.ts";
import type { Resources } from "../resources.ts";
import type { Runtime } from "../runtime.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { type Goal, seenState } from "../waiting/goal.ts";
import { APPEARANCE_MS, NOT_THERE, NOT_VISIBLE, waitFor } from "../waiting/wait.ts";
import { beginEnforced } from "./enforced.ts";
import { withoutFailed } from "./failed.ts";
import { beginFree } from "./free.ts";
import { type Begun, conflict, type NamedCreate, takeOver } from "./named.ts";
import { type SettleActions, settleDuplicates } from "./settle.ts";

/** What a kind of resource adds to the common course of a create. */
export interface CreateKind<T extends Volume | Snapshot, Query> {
  readonly runtime: Runtime;
  readonly operation: OperationRef["operation"];
  readonly resources: Resources<T, Query>;
  readonly enforced: boolean;
  readonly usable: Goal<T>;
  /** Made for certain, and merely busy otherwise: one that was there already is not waited for. */
  isMade?(resource: T): boolean;
  /** The create that a ref stands for, to look with and to judge by; it is never sent again. */
  fromRef(ref: OperationRef): NamedCreate<T>;
  /** What is still to be done once the resource is usable (a volume made smaller than asked). */
  complete(call: Call, resource: T, ref: OperationRef, onProgress: WaitOptions["onProgress"]): Promise<T>;
  /** Deletes an own surplus for good. */
  remove(call: Call, resource: T): Promise<void>;
}

/**
 * Begins a create: one at a time for each key within this process. `refusal`: why none of this name can be sent; then
 * only what is there already is taken over.
 */
export async function begin<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  call: Call,
  create: NamedCreate<T>,
  key: Pick<OperationRef, "within" | "sizeGiB" | "sourceSnapshotId" | "volumeType">,
  refusal: PolyvolError | undefined,
): Promise<OperationRef & { readonly resource: T }> {
  const lock = JSON.stringify([create.kind, key.within, create.name]);
  const begun = await kind.runtime.locks.exclusively(lock, call.abortSignal, () => {
    if (refusal !== undefined) return takeOver(call, create, refusal);
    return kind.enforced
      ? beginEnforced(call, create, randomUUID())
      : beginFree(call, create, randomUUID(), kind.remove);
  });
  return { ...refOf(kind, create, key, begun), resource: begun.resource };
}

/** What has begun. Of a create it is the source, what it is made of, that can be missing: errors name it then. */
export async function ofSource<T>(call: Call, source: ResourceRef, begun: Promise<T>): Promise<T> {
  try {
    return await begun;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) call.about(source);
    throw error;
  }
}

function refOf<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  create: NamedCreate<T>,
  key: Pick<OperationRef, "within" | "sizeGiB" | "sourceSnapshotId" | "volumeType">,
  begun: Begun<T>,
): OperationRef {
  return omitUndefined({
    version: 1 as const,
    provider: kind.runtime.driver.provider,
    operation: kind.operation,
    resourceId: begun.resource.id,
    name: create.name,
    ...key,
    settled: begun.settled,
    created: begun.created,
    pending: begun.pending,
    attempt: begun.attempt,
  });
}

/**
 * When the effect of everything that was sent at the same time as the create is visible, by the storage's monotonic
 * time. The answer's own time is of a clock that may have been set since, or of another machine: it tells so much only.
 */
function settledAtOf({ driver, clock, monotonicNow }: Runtime, { attempt }: OperationRef): number {
  if (attempt === undefined) return Number.NEGATIVE_INFINITY;
  const leftMs = attempt.answeredAt + driver.settleMs - clock.now();
  return monotonicNow() + Math.min(driver.settleMs, leftMs);
}

/**
 * Waits until what `ref` stands for is usable, whole, and the only one of its name. `isNew`: it has not been usable yet,
 * so that an error state says that it was never made. Of what was, it may tell of anything since.
 */
export async function finish<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  call: Call,
  ref: OperationRef,
  known: T | undefined,
  onProgress: WaitOptions["onProgress"],
  { settledAt = settledAtOf(kind.runtime, ref), isNew = true }: { settledAt?: number; isNew?: boolean } = {},
): Promise<T> {
  call.about({ kind: kind.resources.kind, id: ref.resourceId, name: ref.name });
  let made: T | undefined;
  try {
    const usable = await untilUsable(kind, call, ref, known, onProgress).catch((error: unknown) =>
      isNew ? failedToMake(kind, call, ref, error) : Promise.reject(error),
    );
    made = await kind.complete(call, usable, ref, onProgress);
  } catch (error) {
    // What was taken over from another process after an unclear answer may be the surplus that it removes.
    const isOthers = ref.attempt !== undefined && !ref.attempt.ownIds.includes(ref.resourceId);
    if (!isOthers || known === undefined || !isPolyvolError(error, "operation_failed")) throw error;
  }
  if (ref.attempt === undefined && made !== undefined) return made;
  const candidate = made ?? known;
  if (ref.attempt === undefined || candidate === undefined) throw conflict("it has gone meanwhile", true);
  const actions: SettleActions<T> = {
    untilUsable: (other) =>
      waitFor(call, {
        kind: kind.resources.kind,
        id: other.id,
        polls: kind.resources.polls,
        // A winner that failed is no winner: the caller looks again.
        goal: (seen) => (kind.usable(seen).state === "pending" ? { state: "pending" } : { state: "done" }),
      }).then((seen) => (seen !== undefined && kind.usable(seen).state === "done" ? seen : undefined)),
    remove: (surplus) => kind.remove(call, surplus),
  };
  const create = kind.fromRef(ref);
  const gone = made === undefined;
  return (await settleDuplicates(call, create, candidate, ref.attempt, settledAt, actions, gone)).resource;
}

/** What is certainly this create's own, by the answers that it got, does not stay when it has failed. */
async function failedToMake<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  call: Call,
  ref: OperationRef,
  error: unknown,
): Promise<never> {
  const isOwn = ref.attempt?.ownIds.includes(ref.resourceId) === true;
  if (!isOwn || !isPolyvolError(error, "operation_failed")) throw error;
  throw await withoutFailed(call, kind.fromRef(ref), ref.resourceId, kind.remove, error);
}

async function untilUsable<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  call: Call,
  ref: OperationRef,
  known: T | undefined,
  onProgress: WaitOptions["onProgress"],
): Promise<T> {
  const believed = ref.settled && ref.pending === undefined;
  const { runtime } = kind;
  const goal: Goal<T> = (seen) => {
    const isThere = isBlocked(runtime, seen) || (!ref.created && kind.isMade?.(seen) === true);
    return isThere ? { state: "done" } : kind.usable(seen);
  };
  if (known !== undefined && believed && goal(known).state === "done") return free(runtime, known);
  const usable = await waitFor(call, {
    kind: kind.resources.kind,
    id: ref.resourceId,
    goal,
    polls: kind.resources.polls,
    pending: ref.pending,
    onProgress,
    isNew: true,
    isBefore: !ref.created,
  });
  if (usable === undefined) throw conflict("it was created and has gone since", false, "operation_failed");
  return free(runtime, usable);
}

/** @throws PolyvolError `failed_precondition` for what only a person can set free */
function free<T extends Volume | Snapshot>(runtime: Runtime, resource: T): T {
  refuseBlocked(runtime, resource);
  return resource;
}

/** A begun create for its caller. `isNew`: it was begun just now, and nothing has been seen of it but the answer. */
export function operationOf<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  ref: OperationRef,
  resource: T,
  isNew: boolean,
): Operation<T> {
  let latest = resource;
  const { monotonicNow } = kind.runtime;
  const settledAt = settledAtOf(kind.runtime, ref);
  /** Until then what was made just now may not show at all. */
  let showsBy = isNew && ref.created ? monotonicNow() + APPEARANCE_MS : Number.NEGATIVE_INFINITY;
  let wasUsable = !isNew && resource.state !== "creating";
  const setup = (options: CallOptions | undefined, waits: boolean): Parameters<typeof runCall>[1] => ({
    operation: ref.operation,
    resource: { kind: kind.resources.kind, id: ref.resourceId, name: ref.name },
    options,
    waits,
    changes: waits,
  });
  return {
    get resource() {
      return latest;
    },
    created: ref.created,
    ref,
    status: (options) =>
      runCall(kind.runtime, setup(options, false), async (call) => {
        const seen = await statusOf(kind, call, ref, settledAt);
        if (seen === undefined && monotonicNow() < showsBy) return { state: "running", seen: NOT_THERE };
        if (seen === undefined) return { state: "failed", reason: "there is no such resource any more" };
        if ("resource" in seen && seen.resource !== undefined) {
          latest = seen.resource;
          showsBy = Number.NEGATIVE_INFINITY;
          wasUsable ||= kind.usable(latest).state === "done";
        }
        return seen;
      }),
    wait: (options) =>
      runCall(kind.runtime, setup(options, true), async (call) => {
        latest = await finish(kind, call, ref, latest, options?.onProgress, { settledAt, isNew: !wasUsable });
        wasUsable = true;
        return latest;
      }),
  };
}

/** `undefined`: there is no such resource. */
async function statusOf<T extends Volume | Snapshot, Query>(
  kind: CreateKind<T, Query>,
  call: Call,
  ref: OperationRef,
  settledAt: number,
): Promise<OperationStatus<T> | undefined> {
  const { driver, monotonicNow } = kind.runtime;
  const { pending } = ref;
  if (pending !== undefined && driver.checkPending !== undefined) {
    const check = driver.checkPending.bind(driver);
    const record = await call.send("read", (context) => check(pending, context));
    if (record.state === "failed") return { state: "failed", reason: record.reason };
    if (record.state === "absent") return { state: "running", seen: NOT_VISIBLE };
    if (record.state === "running") return { state: "running", seen: record.seen ?? "running" };
  }
  const resource = await kind.resources.tryGet(call, ref.resourceId);
  if (resource === undefined) return undefined;
  const verdict = kind.usable(resource);
  if (verdict.state === "failed") return verdict;
  if (isBlocked(kind.runtime, resource)) return { state: "failed", reason: blockedWords(resource) };
  const smaller = "sizeGiB" in resource && ref.sizeGiB !== undefined && resource.sizeGiB < ref.sizeGiB;
  const settling = monotonicNow() < settledAt;
  const isThere = !ref.created && kind.isMade?.(resource) === true;
  if ((verdict.state === "pending" && !isThere) || smaller || settling) {
    return { state: "running", seen: seenState(resource), resource };
  }
  return { state: "succeeded", resource };
}
