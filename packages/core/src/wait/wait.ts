import type { Call } from "../call/call.ts";
import { APPEARANCE_MS } from "../call/just-now.ts";
import type { Pending, PendingStatus } from "../driver.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import type { Resource } from "../resource.ts";
import { describeState, type Goal } from "./goals.ts";
import type { LookRequest } from "./look-source.ts";
import { createPauses, report, reportFailedLook, type Watched } from "./looks.ts";
import type { SharedLooks } from "./shared-looks.ts";

/** What is seen of a record that does not show. */
export const NOT_VISIBLE = "not visible yet";
/** What is seen of a new resource that does not show. */
export const NOT_THERE = "not there yet";
/** A resource that was seen may be missing from so many looks running: a copy that it is read from may lag behind. */
const LOOKS_WITHOUT_IT = 2;

export interface WaitSetup<T extends Resource> extends Watched, Pick<LookRequest, "wasListed"> {
  readonly goal: Goal<T>;
  readonly looks: Pick<SharedLooks<T, never>, "look">;
  /** A record to follow before the resource itself is looked at. */
  readonly pending?: Pending | undefined;
  /** The resource, if it is as wanted: asked beside a record that cannot be read for a minute, or goes on to the deadline. */
  readonly peek?: () => Promise<T | undefined>;
  /** These credentials must not read the record: from now on only the resource itself can tell. */
  readonly onHiddenRecord?: () => void;
  /** Looks first and pauses afterwards, for changes that are usually done when they are answered. */
  readonly lookAtOnce?: boolean;
  /**
   * What is waited for leaves the resource there, so looks without it are believed only after some of them: `seen` of what was
   * read before, `new` of what was made just now and may not show up at first. Otherwise its absence is believed at once.
   */
  readonly stays?: "seen" | "new" | undefined;
}

/**
 * The one waiting loop. Resolves with the resource once it is as wanted, with `undefined` once it is gone.
 * Stops at once when the provider reports failure; at the deadline the call's error says what was seen last.
 */
export async function waitFor<T extends Resource>(call: Call, setup: WaitSetup<T>): Promise<T | undefined> {
  let aside = "";
  if (setup.pending !== undefined) {
    const done = await followRecord(call, setup, setup.pending).catch((error: unknown) => {
      if (!isPolyvolError(error, "permission_denied")) throw error;
      aside = `, and the record of the change cannot be read: ${error.reason}`;
      setup.onHiddenRecord?.();
    });
    if (done !== undefined) return done;
  }
  const { monotonicNow, newcomers } = call.runtime;
  const startedAt = monotonicNow();
  let seenOnce = setup.stays === "seen";
  let missed = 0;
  const pauses = createPauses(call, setup.lookAtOnce === true || setup.pending !== undefined);
  for (;;) {
    const { dueAt, slackMs } = pauses.next();
    const { id, wasListed = false } = setup;
    let resource: T | undefined;
    try {
      resource = await setup.looks.look(call, { id, dueAt, slackMs, wasListed });
    } catch (error) {
      reportFailedLook(call, setup, error, pauses);
      continue;
    }
    if (resource === undefined) {
      missed += 1;
      const isBelieved = seenOnce
        ? missed > LOOKS_WITHOUT_IT && !newcomers.has(id)
        : monotonicNow() - startedAt >= APPEARANCE_MS;
      if (setup.stays === undefined || isBelieved) return undefined;
      report(call, setup, NOT_THERE, pauses);
      continue;
    }
    seenOnce = true;
    missed = 0;
    const verdict = setup.goal(resource);
    if (verdict.state === "done") return resource;
    if (verdict.state === "failed") throw await failed(call, setup, verdict.reason);
    report(call, setup, describeState(resource) + aside, pauses);
  }
}

/** Until the record says that the change is over. Resolves with the resource where that itself showed it. */
async function followRecord<T extends Resource>(
  call: Call,
  watched: WaitSetup<T>,
  pending: Pending,
): Promise<T | undefined> {
  const { monotonicNow } = call.runtime;
  let seenAt = monotonicNow();
  let unreadSince: number | undefined;
  const pauses = createPauses(call, false);
  for (;;) {
    const { dueAt, isLast } = pauses.next();
    await call.sleep(Math.max(0, dueAt - monotonicNow()));
    let status: PendingStatus;
    try {
      status = await checkRecord(call, pending);
    } catch (error) {
      reportFailedLook(call, watched, error, pauses);
      unreadSince ??= monotonicNow();
      const done = monotonicNow() - unreadSince < APPEARANCE_MS ? undefined : await watched.peek?.();
      if (done !== undefined) return done;
      continue;
    }
    unreadSince = undefined;
    if (status.state === "succeeded") return undefined;
    if (status.state === "failed") throw await failed(call, watched, status.reason);
    if (status.state === "absent") {
      if (monotonicNow() - seenAt >= APPEARANCE_MS) {
        throw await failed(call, watched, "there is no record of the change");
      }
      report(call, watched, NOT_VISIBLE, pauses);
      continue;
    }
    seenAt = monotonicNow();
    // A record may be stuck: when there is no more time to wait for its word, the resource itself decides.
    const done = isLast ? await watched.peek?.() : undefined;
    if (done !== undefined) return done;
    if (status.retryAfterMs !== undefined) pauses.atLeast(status.retryAfterMs);
    report(call, watched, status.seen ?? "running", pauses);
  }
}

function checkRecord(call: Call, pending: Pending): Promise<PendingStatus> {
  const { driver } = call.runtime;
  return call.send("read", async (context) => {
    if (driver.checkPending === undefined) {
      throw new PolyvolError(
        "unknown",
        `the driver ${driver.provider} gave a pending record and cannot look at it`,
      );
    }
    return await driver.checkPending(pending, context);
  });
}

/** For so long the question why something failed may keep its known failure from being told. */
const REASON_MS = 30_000;

/** The provider itself reports that it failed; what it says elsewhere of why is added, where that can be had. */
export async function failed(call: Call, { kind, id }: Watched, reason: string): Promise<PolyvolError> {
  call.about({ kind, id });
  const { driver } = call.runtime;
  const ask = driver.whyFailed?.bind(driver);
  const asked =
    ask && call.within(REASON_MS, (part) => part.send("read", (context) => ask(kind, id, context)));
  const why = await asked?.catch(() => undefined);
  // At the deadline the failure is known still; only the caller's wish ends the call without it.
  const { aborted, reason: wish } = call.abortSignal;
  if (aborted && !isPolyvolError(wish, "timeout")) throw wish;
  const isNew = why !== undefined && !reason.includes(why);
  return new PolyvolError("operation_failed", isNew ? `${reason}: ${why}` : reason, { outcome: "unknown" });
}
