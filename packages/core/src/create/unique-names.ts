import type { Call } from "../call/call.ts";
import { recover } from "../call/recover.ts";
import { backoffMs, isUnclear } from "../call/retry.ts";
import { extendError, type PolyvolError } from "../errors.ts";
import type { Resource } from "../resource.ts";
import { conflict } from "./found.ts";
import {
  adopt,
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
export async function createUnique<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
): Promise<StartedCreate<T>> {
  const attempt = (isLast: boolean) =>
    recover<StartedCreate<T> | typeof NOT_SHOWN>(call, {
      send: async () => ({ ...(await sendCreate(call, create, attemptId)), created: true }),
      next: nextCreateStep,
      look: async (failure, unclear) => {
        const found = failure && (await lookFor(call, create, failure, unclear));
        if (found === NOT_SHOWN && (isLast || unclear)) throw takenByNothing();
        return found && (found === NOT_SHOWN ? found : { resource: found, created: unclear, settled: true });
      },
      onLook: (found) => reportLook(call, create, found === NOT_SHOWN ? undefined : found),
    });
  const first = await attempt(false);
  // Another client may have deleted what held the name: then it is free by now.
  const last = first === NOT_SHOWN ? await attempt(true) : first;
  if (last === NOT_SHOWN) throw takenByNothing();
  return last;
}

/** The name is taken by the provider's word, and no listing shows by what. */
const NOT_SHOWN: unique symbol = Symbol("not shown");

function takenByNothing(): PolyvolError {
  return conflict("the provider says that the name is taken, and no listing shows by what", true);
}

/**
 * Looks for what may be there already: once after an unclear answer; several times when the name is taken, or when an
 * earlier request was unclear and this one is refused for good: the effect of the former may not show yet.
 */
async function lookFor<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  failure: PolyvolError,
  unclear: boolean,
): Promise<T | typeof NOT_SHOWN | undefined> {
  const isTaken = failure.code === "already_exists";
  const looks = isTaken || (unclear && !isUnclear(failure)) ? LOOKS_FOR_WHAT_IS_THERE : 1;
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    for (const candidate of all.filter((each) => each.name === create.name)) {
      const existing = await adopt(call, create, candidate);
      if (existing !== undefined) return existing;
    }
    if (look >= looks) {
      if (isTaken) return NOT_SHOWN;
      if (!failure.mayAlreadyExist) return undefined;
      const retryAfterMs = failure.retryAfterMs ?? create.retryAfterMs?.(all);
      throw extendError(failure, { retryAfterMs });
    }
    await call.sleep(backoffMs(call.runtime.retry, look + 1, call.runtime.random));
  }
}
