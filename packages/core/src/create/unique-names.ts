import type { Call } from "../call/call.ts";
import { recover } from "../call/recover.ts";
import { backoffMs, isUnclear } from "../call/retry.ts";
import { extendError, type PolyvolError } from "../errors.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import {
  adopt,
  conflict,
  type NamedCreate,
  nextCreateStep,
  reportLook,
  type StartedCreate,
  sendCreate,
} from "./named-create.ts";

/** How often what the provider says is there is looked for before its word is passed on. */
const LOOKS_FOR_WHAT_IS_THERE = 6;

/**
 * Creates where the provider itself refuses a second resource of the name: the request first, a look only when its
 * answer is unclear or says that the name is taken. One request in the plain case.
 */
export function createUnique<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
): Promise<StartedCreate<T>> {
  return recover<StartedCreate<T>>(call, {
    send: async () => ({ ...(await sendCreate(call, create, attemptId)), created: true }),
    next: nextCreateStep,
    look: async (failure, unclear) => {
      const resource = failure && (await lookFor(call, create, failure, unclear));
      return resource && { resource, created: unclear, settled: true };
    },
    onLook: (found) => reportLook(call, create, found),
  });
}

/**
 * Looks for what may be there already: once after an unclear answer; several times when the name is taken, or when an
 * earlier request was unclear and this one is refused for good: the effect of the former may not show yet.
 */
async function lookFor<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  failure: PolyvolError,
  unclear: boolean,
): Promise<T | undefined> {
  const isTaken = failure.code === "already_exists";
  const looks = isTaken || (unclear && !isUnclear(failure)) ? LOOKS_FOR_WHAT_IS_THERE : 1;
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    for (const candidate of all.filter((each) => each.name === create.name)) {
      const existing = await adopt(call, create, candidate);
      if (existing !== undefined) return existing;
    }
    if (look >= looks) {
      if (isTaken) {
        throw conflict("the provider says that the name is taken, and no listing shows by what", true);
      }
      if (!failure.mayAlreadyExist) return undefined;
      const retryAfterMs = failure.retryAfterMs ?? create.retryAfterMs(all);
      throw extendError(failure, { retryAfterMs });
    }
    await call.sleep(backoffMs(call.runtime.retry, look + 1, call.runtime.random));
  }
}
