import { type Call, runCall } from "../call/call.ts";
import { APPEARANCE_MS } from "../call/just-now.ts";
import type { Runtime } from "../call/runtime.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import { tell } from "../events.ts";
import type { Operation, OperationRef, OperationStatus } from "../operation.ts";
import type { CallOptions, CreateOptions, WaitOptions } from "../options.ts";
import type { Resource } from "../resource.ts";
import {
  DONE,
  describeBlocked,
  describeState,
  type Goal,
  isBlocked,
  PENDING,
  refuseBlocked,
  usable,
  type Verdict,
} from "../wait/goals.ts";
import { inCompany } from "../wait/shared-looks.ts";
import { NOT_THERE, NOT_VISIBLE, waitFor } from "../wait/wait.ts";
import { withoutFailed } from "./failed-creates.ts";
import { conflict } from "./found.ts";
import { isListed, isOwnId, listedAlone } from "./named-create.ts";
import { resolveDuplicates } from "./resolve-duplicates.ts";
import { type CreateKind, nameKey, type StartedOperation } from "./start.ts";

/**
 * When the effect of everything that was sent at the same time as the create is visible, by the storage's monotonic
 * time. The answer's own time is of a clock that may have been set since, or of another machine: it tells so much only.
 */
function visibleAtOf(
  { settleMs, clock, monotonicNow }: Runtime,
  { attempt, answeredAt = clock.now() }: OperationRef,
  remainingMs?: number,
): number {
  if (attempt === undefined) return Number.NEGATIVE_INFINITY;
  const spanMs = settleMs(remainingMs);
  const leftMs = answeredAt + spanMs - clock.now();
  return monotonicNow() + Math.min(spanMs, leftMs);
}

/**
 * Waits until what `ref` stands for is usable, whole, and the only one of its name. `isNew`: it has not been usable yet,
 * so that an error state says that it was never made. Of what was, it may tell of anything since.
 */
function finish<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  started: StartedOperation<T>,
  onProgress: WaitOptions["onProgress"],
  known: FinishKnown = {},
): Promise<T> {
  const task = (): Promise<T> => finishAlone(kind, call, started, onProgress, known);
  return started.ref.attempt === undefined ? task() : inCompany(kind.resources.looks, call, task);
}

/** The rest of a `create` that has begun: tells its caller so, and waits. Without a result nobody knows what was made. */
export async function finishCreate<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  started: StartedOperation<T>,
  options: CreateOptions | undefined,
): Promise<T> {
  const { name, within, created, attempt, resourceId: id } = started.ref;
  tell(options?.onBegun, { created, id });
  try {
    return await finish(kind, call, started, options?.onProgress);
  } catch (error) {
    if (attempt !== undefined) {
      const { id, formerIds = [], ownIds, unclear } = attempt;
      const made = { formerIds: [...formerIds, id], ownIds, unclear };
      kind.runtime.givenUpCreates.giveUp(nameKey(kind.resources.kind, name, within), made);
    }
    throw error;
  }
}

interface FinishKnown {
  readonly visibleAt?: number;
  readonly isNew?: boolean;
}

async function finishAlone<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  { ref, resource: known }: StartedOperation<T>,
  onProgress: WaitOptions["onProgress"],
  { visibleAt = visibleAtOf(kind.runtime, ref, call.remainingMs()), isNew = true }: FinishKnown,
): Promise<T> {
  call.about({ kind: kind.resources.kind, id: ref.resourceId, name: ref.name });
  let made: T | undefined;
  let lost: PolyvolError | undefined;
  try {
    const ready = await untilUsable(kind, call, ref, known, onProgress).catch((error: unknown) =>
      isNew ? failedToMake(kind, call, ref, error) : Promise.reject(error),
    );
    if (ready !== undefined) made = (await kind.complete?.(call, ready, ref, onProgress)) ?? ready;
    else lost = conflict("it was there already, and another client has deleted it since", true);
  } catch (error) {
    // What was taken over from another process may be the surplus that it removes.
    const isOthers = ref.attempt !== undefined && !isOwnId(ref.attempt, ref.resourceId);
    if (!isOthers || !isPolyvolError(error, "operation_failed")) throw error;
    lost = error;
  }
  if (ref.attempt === undefined) {
    if (made === undefined) throw lost;
    return made;
  }
  return await resolveDuplicates(call, kind.fromRef(ref), ref.attempt, {
    made: made ?? known,
    lost,
    visibleAt,
    untilUsable: async (other) => {
      const { kind: what, looks } = kind.resources;
      // A winner that failed is no winner: the caller looks again.
      const goal = (each: T): Verdict => (usable(each).state === "pending" ? PENDING : DONE);
      const seen = await waitFor(call, { kind: what, id: other.id, looks, goal });
      return seen !== undefined && usable(seen).state === "done" ? seen : undefined;
    },
  });
}

/** What is certainly this create's own, by the answers that it got, does not stay when it has failed. */
async function failedToMake<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  ref: OperationRef,
  error: unknown,
): Promise<never> {
  const isOwn = ref.attempt !== undefined && isOwnId(ref.attempt, ref.resourceId);
  if (!isOwn || !isPolyvolError(error, "operation_failed")) throw error;
  throw await withoutFailed(call, kind.fromRef(ref), ref.resourceId, error);
}

/** `undefined`: what was there already is so no more, or not for long. */
async function untilUsable<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  ref: OperationRef,
  known: T,
  onProgress: WaitOptions["onProgress"],
): Promise<T | undefined> {
  const { runtime, resources } = kind;
  const isGoing = (seen: T): boolean => !ref.created && seen.state === "deleting";
  const goal: Goal<T> = (seen) => {
    const isThere = isBlocked(runtime, seen) || (!ref.created && kind.isMade?.(seen) === true);
    return isThere || isGoing(seen) ? DONE : usable(seen);
  };
  const isBelieved = ref.settled && ref.pending === undefined;
  const made =
    isBelieved && goal(known).state === "done"
      ? known
      : await waitFor(call, {
          kind: resources.kind,
          id: ref.resourceId,
          goal,
          looks: resources.looks,
          pending: ref.pending,
          onProgress,
          stays: "new",
          isBefore: !ref.created,
        });
  if (made === undefined && (await isListed(call, kind.fromRef(ref), ref.resourceId))) throw listedAlone();
  if (made === undefined && ref.created)
    throw new PolyvolError("operation_failed", "it was created and has gone since");
  if (made === undefined || isGoing(made)) return undefined;
  refuseBlocked(runtime, made);
  return made;
}

/** A started create for its caller. `isNew`: it was sent just now, and nothing has been seen of it but the answer. */
export function operationOf<T extends Resource>(
  kind: CreateKind<T>,
  { ref, resource }: StartedOperation<T>,
  isNew: boolean,
): Operation<T> {
  let latest = resource;
  const { monotonicNow } = kind.runtime;
  const visibleAt = visibleAtOf(kind.runtime, ref);
  /** Until then what was made or seen just now may not show at all: a copy that reads come from may lag behind. */
  let showsBy = monotonicNow() + APPEARANCE_MS;
  let wasUsable = !isNew && resource.state !== "creating";
  const setup = (options: CallOptions | undefined, waits: boolean): Parameters<typeof runCall>[1] => ({
    operation: ref.operation,
    resource: { kind: kind.resources.kind, id: ref.resourceId, name: ref.name },
    options,
    waits,
    changes: waits,
    hasChanged: ref.created,
  });
  return {
    get resource() {
      return latest;
    },
    created: ref.created,
    // A kind makes what its refs are of.
    ref: ref as Operation<T>["ref"],
    status: (options) =>
      runCall(kind.runtime, setup(options, false), async (call) => {
        const seen = await statusOf(kind, call, ref, visibleAt);
        if (
          seen === undefined &&
          (monotonicNow() < showsBy || (await isListed(call, kind.fromRef(ref), ref.resourceId)))
        )
          return { state: "running", seen: NOT_THERE };
        if (seen === undefined) return { state: "failed", reason: "there is no such resource any more" };
        if ("resource" in seen && seen.resource !== undefined) {
          latest = seen.resource;
          showsBy = monotonicNow() + APPEARANCE_MS;
          wasUsable ||= usable(latest).state === "done";
        }
        return seen;
      }),
    wait: (options) =>
      runCall(kind.runtime, setup(options, true), async (call) => {
        const known = { ref, resource: latest };
        latest = await finish(kind, call, known, options?.onProgress, { visibleAt, isNew: !wasUsable });
        showsBy = monotonicNow() + APPEARANCE_MS;
        wasUsable = true;
        return latest;
      }),
  };
}

/** `undefined`: there is no such resource. */
async function statusOf<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  ref: OperationRef,
  visibleAt: number,
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
  const verdict = usable(resource);
  if (verdict.state === "failed") return verdict;
  if (isBlocked(kind.runtime, resource)) return { state: "failed", reason: describeBlocked(resource) };
  const smaller = "sizeGiB" in resource && ref.sizeGiB !== undefined && resource.sizeGiB < ref.sizeGiB;
  const settling = monotonicNow() < visibleAt;
  const isThere = !ref.created && kind.isMade?.(resource) === true;
  if ((verdict.state === "pending" && !isThere) || smaller || settling) {
    return { state: "running", seen: describeState(resource), resource };
  }
  return { state: "succeeded", resource };
}
