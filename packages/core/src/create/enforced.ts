import type { Call } from "../call.ts";
import { extendError, isPolyvolError, type PolyvolError } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { backoffMs, isUnclear } from "../retry.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { adopt, type Begun, conflict, type NamedCreate } from "./named.ts";

/** How often a name that the provider calls taken is looked for before that is called a conflict. */
const LOOKS_FOR_A_TAKEN_NAME = 6;

/**
 * Creates where the provider itself refuses a second resource of the name: the request first, a look only when its
 * answer is unclear or says that the name is taken. One request in the plain case.
 */
export async function beginEnforced<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
): Promise<Begun<T>> {
  let unclear = false;
  for (let round = 1; ; round += 1) {
    let failure: PolyvolError;
    try {
      return { ...(await call.send("once", (context) => create.send(context, attemptId))), created: true };
    } catch (error) {
      if (call.abortSignal.aborted || !isPolyvolError(error)) throw error;
      if (!error.mayAlreadyExist && !isUnclear(error) && !unclear) throw error;
      failure = error;
    }
    if (isUnclear(failure)) {
      unclear = true;
      if (!(await call.pauseBefore(round, failure))) throw failure;
    }
    const found = await lookFor(call, create, failure, unclear);
    if (found !== undefined) return found;
    // Refused for good, and what an earlier unclear request may have made is not there either.
    if (!isUnclear(failure) || round >= call.runtime.retry.maxAttempts) throw failure;
    call.runtime.emit(call.operation, {
      type: "recover",
      resource: { kind: create.kind, name: create.name },
      result: "absent",
    });
  }
}

/** Looks for what may be there already: once after an unclear answer, with patience when the name is taken. */
async function lookFor<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  failure: PolyvolError,
  unclear: boolean,
): Promise<Begun<T> | undefined> {
  const taken = failure.code === "already_exists";
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    const found = all.filter((each) => each.name === create.name);
    for (const candidate of found) {
      const existing = await adopt(call, create, candidate);
      if (existing === undefined) continue;
      call.runtime.emit(call.operation, {
        type: "recover",
        resource: { kind: create.kind, id: existing.id, name: create.name },
        result: "found",
      });
      return { resource: existing, created: unclear, settled: true };
    }
    if (!taken) {
      if (!failure.mayAlreadyExist) return undefined;
      const retryAfterMs = failure.retryAfterMs ?? create.retryAfterMs(all);
      throw extendError(failure, omitUndefined({ retryAfterMs }));
    }
    if (look >= LOOKS_FOR_A_TAKEN_NAME) {
      throw conflict("the provider says that the name is taken, and no listing shows by what", true);
    }
    await call.sleep(backoffMs(call.runtime.retry, look + 1, call.runtime.random));
  }
}
