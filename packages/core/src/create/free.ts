import type { Call } from "../call.ts";
import { isPolyvolError, type PolyvolError } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { isUnclear } from "../retry.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { clearFailed, hasUnmarked, type Remove } from "./failed.ts";
import { adopt, type Begun, liveOf, type NamedCreate, severalFound } from "./named.ts";

/** Looks within one `settleMs`, the first at once. */
const LOOKS_WITHIN_SETTLE = 4;

/**
 * Creates where the provider takes any number of resources of one name: a look, the request, and (in `settle.ts`)
 * another look once everything that was sent at the same time must be visible. After an unclear answer it looks for
 * as long as an effect may take to show before it sends again.
 */
export async function beginFree<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
  remove: Remove<T>,
): Promise<Begun<T>> {
  const existing = await theOnly(call, create, remove);
  if (existing !== undefined) return { resource: existing, created: false, settled: true };
  let unclear = false;
  for (let round = 1; ; round += 1) {
    let failure: PolyvolError;
    try {
      const started = await call.send("once", (context) => create.send(context, attemptId));
      return {
        ...started,
        created: true,
        attempt: attemptOf(call, attemptId, [started.resource.id], unclear),
      };
    } catch (error) {
      if (call.abortSignal.aborted || !isPolyvolError(error)) throw error;
      if (!error.mayAlreadyExist && !isUnclear(error) && !unclear) throw error;
      failure = error;
    }
    if (isUnclear(failure)) {
      unclear = true;
      if (!(await call.pauseBefore(round, failure))) throw failure;
    }
    const found = await lookWhileSettling(call, create, attemptId, remove);
    call.runtime.emit(call.operation, {
      type: "recover",
      resource: omitUndefined({ kind: create.kind, name: create.name, id: found?.resource.id }),
      result: found === undefined ? "absent" : "found",
    });
    if (found !== undefined) {
      const { resource, ownIds } = found;
      return {
        resource,
        created: true,
        settled: true,
        attempt: attemptOf(call, attemptId, ownIds, unclear),
      };
    }
    if (!isUnclear(failure) || round >= call.runtime.retry.maxAttempts) throw failure;
  }
}

/** The one live resource of the name, checked and taken over; `undefined` when there is none, nor a failed one. */
async function theOnly<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  remove: Remove<T>,
): Promise<T | undefined> {
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    const found = liveOf(create, all);
    const [first, second] = found;
    if (second !== undefined) throw severalFound(create.kind, found);
    if (first !== undefined) return await adopt(call, create, first);
    if (look > 1 || !hasUnmarked(create, all)) {
      const mended = await clearFailed(call, create, all, remove);
      return mended === undefined ? undefined : await adopt(call, create, mended);
    }
    // Whoever made it may be removing it just now.
    await call.sleep(call.runtime.driver.settleMs);
  }
}

/**
 * What is there after an unclear answer, once everything sent must be visible. Of several, another process makes the
 * same at the same time: its own, by the mark, or else the winner is taken over, and `settle.ts` resolves the rest.
 */
async function lookWhileSettling<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
  remove: Remove<T>,
): Promise<{ readonly resource: T; readonly ownIds: readonly string[] } | undefined> {
  const { driver } = call.runtime;
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    const found = liveOf(create, all);
    const own = found.filter((each) => create.attemptIdOf(each) === attemptId);
    const candidate = firstMade(own) ?? firstMade(found);
    const resource = candidate === undefined ? undefined : await adopt(call, create, candidate);
    if (resource !== undefined) return { resource, ownIds: own.map((each) => each.id) };
    if (look >= LOOKS_WITHIN_SETTLE) {
      // There was none before the request: what has failed since may be its effect, and another goes beside it no more.
      const mended = await clearFailed(call, create, all, remove);
      const taken = mended === undefined ? undefined : await adopt(call, create, mended);
      return taken === undefined ? undefined : { resource: taken, ownIds: [] };
    }
    await call.sleep(driver.settleMs / (LOOKS_WITHIN_SETTLE - 1));
  }
}

/** The one that the provider made first; ties go to the smaller id. */
export function firstMade<T extends Volume | Snapshot>(resources: readonly T[]): T | undefined {
  let first: T | undefined;
  for (const each of resources) {
    const difference = first === undefined ? -1 : each.createdAt.getTime() - first.createdAt.getTime();
    if (first === undefined || difference < 0 || (difference === 0 && each.id < first.id)) first = each;
  }
  return first;
}

function attemptOf(
  call: Call,
  id: string,
  ownIds: readonly string[],
  unclear: boolean,
): NonNullable<Begun<never>["attempt"]> {
  return { id, ownIds, answeredAt: call.runtime.clock.now(), unclear };
}
