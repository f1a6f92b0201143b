import type { Call } from "../call/call.ts";
import { recover } from "../call/recover.ts";
import { isBusy } from "../call/retry.ts";
import { conflict } from "../create/found.ts";
import type { CallContext, Changed } from "../driver.ts";
import { isPolyvolError, PolyvolError, type PolyvolErrorCode } from "../errors.ts";
import type { Resources } from "../operations/resources.ts";
import type { Resource } from "../resource.ts";
import { inUse, type Volume } from "../volume.ts";
import { refuseBlocked } from "../wait/goals.ts";
import { readThroughOutage } from "../wait/looks.ts";
import { createPatience } from "./refused-change.ts";

/** Refusals that only something that is there can get. */
const OF_WHAT_IS_THERE: ReadonlySet<PolyvolErrorCode> = new Set(["conflict", "failed_precondition"]);

/** What is there, for all that a deletion has not found it and nobody has read it before: a copy may lag behind. */
async function secondWord<T extends Resource>(
  resources: Resources<T>,
  call: Call,
  id: string,
): Promise<T | undefined> {
  try {
    return await readThroughOutage(call, { kind: resources.kind, id }, () => resources.tryGet(call, id));
  } catch (failure) {
    // What must not be read is as the deletion says. What could not be read may be there all the same.
    if (isPolyvolError(failure, "permission_denied")) return undefined;
    throw failure;
  }
}

/**
 * Sends the request, again while the provider calls the resource busy, for a while. After each failure it is looked at:
 * what is in use by its own record is refused at once, for that does not pass by itself.
 */
export async function sendDeletion<T extends Resource>(
  resources: Resources<T>,
  call: Call,
  { id, before }: { readonly id: string; readonly before: T | undefined },
): Promise<Changed | "gone"> {
  const { newcomers, driver } = call.runtime;
  let isUnseen = false;
  /** Whether any request so far may have begun it. */
  let isUnclear = false;
  const again = createPatience(call, true);
  const request = (context: CallContext): Promise<Changed> =>
    newcomers.unlessNew(id, resources.deleteOne(id, context)).catch((error: unknown) => {
      isUnclear ||= isPolyvolError(error) && error.outcome !== "not_applied";
      throw error;
    });
  return await recover<Changed | "gone">(call, {
    send: async () => {
      isUnseen = false;
      try {
        return await call.send("repeatable", request, { throwsBusy: true });
      } catch (error) {
        if (!isPolyvolError(error) || call.abortSignal.aborted) throw error;
        const isMissing = error.code === "not_found";
        // Where it was read and not found, too. What nobody has read may be there, and be unknown to a copy that lags behind.
        if (isMissing && before === undefined && driver.deletion !== "immediate") return "gone";
        const lookAgain = (): Promise<T | undefined> =>
          resources.tryGet(call, id).catch(() => {
            if (before === undefined) throw error;
            return before;
          });
        // A request without an answer may have begun it, and its repetition is refused because it is under way.
        const isOneWord = isMissing && before === undefined;
        let now = await (isOneWord ? secondWord(resources, call, id) : lookAgain());
        // Refused for its state it is there, though a read does not find it: only a missing answer would end it.
        const isThere = error.outcome === "not_applied" && OF_WHAT_IS_THERE.has(error.code);
        // A copy that lags behind may not show yet that it is under way.
        while (
          isUnclear &&
          isThere &&
          !isBusy(error) &&
          now !== undefined &&
          now.state !== "deleting" &&
          (await again())
        ) {
          now = await lookAgain();
        }
        if (now === undefined && !newcomers.has(id) && !isThere) return "gone";
        isUnseen = now === undefined;
        if (now?.state === "deleting") return {};
        // It was read before, and is again: a copy that lags behind does not know it.
        if (isMissing) throw conflict(`it is there, and is not found to be deleted: ${error.reason}`, true);
        // Whether a volume is in use, or waits for a person, is read from its record, never from the words of a refusal.
        if (now !== undefined && !("volumeId" in now) && error.outcome === "not_applied") {
          refuseInUse(now);
          refuseBlocked(call.runtime, now);
        }
        throw error;
      }
    },
    // Refused and then not found, it has gone meanwhile or a copy lags behind: the next request is told which.
    next: (failure, { isLast }) => ((isBusy(failure) || isUnseen) && !isLast ? "send_again" : "end"),
  });
}

/** @throws PolyvolError `failed_precondition` for a volume that is in use by its own record */
export function refuseInUse(volume: Volume | undefined): void {
  const use = volume === undefined ? undefined : inUse(volume);
  if (use === undefined) return;
  const way = volume?.attachments.length === 0 ? "have the provider set it free" : "detach it first";
  throw new PolyvolError("failed_precondition", `it is ${use}; ${way}`);
}
