import type { Call } from "../call/call.ts";
import { APPEARANCE_MS } from "../call/just-now.ts";
import type { Changed } from "../driver.ts";
import type { Resources } from "../operations/resources.ts";
import type { Resource } from "../resource.ts";
import { DONE, type Goal, PENDING, type Verdict } from "./goals.ts";
import { readThroughOutage, type Watched } from "./looks.ts";
import { failed, type WaitSetup, waitFor } from "./wait.ts";

/** Looks at the resource by itself, one after the other, before a change is called given up. */
const CLOSE_LOOKS = 2;

/** How a resource that is not as wanted is seen: is the change under way, or is nothing? */
export type Motion = "under_way" | "at_rest" | "unclear";

/** A change that was accepted, told by how its resource looks. */
export interface Effect<T extends Resource> extends Watched, Pick<WaitSetup<T>, "stays" | "wasListed"> {
  readonly resources: Resources<T>;
  readonly changed: Changed;
  /** `done`: as wanted. A resource that is gone ends the wait in any case. */
  readonly goal: Goal<T>;
  motionOf(resource: T): Motion;
  /** It was seen under way before the wait. */
  readonly wasUnderWay?: boolean;
  /** Only its course shows that it was done: what is as wanted looks as it did before. */
  readonly leavesNoTrace?: boolean;
  /** What is said of a change that has come to nothing, the resource as it is last seen. */
  givenUp(resource: T, after: "under_way" | "record" | "nothing"): string;
}

/**
 * Waits until an accepted change shows its effect: resolves with the resource as wanted, with `undefined` once it is
 * gone. The provider may have given the change up, and no state says so. Then a resource at rest that is not as wanted
 * ends the wait: at once when the change was under way before; a minute after its record called it over, or when nothing of
 * it was ever seen, or when the state that followed it is not known; never, where there is a record that the credentials
 * must not read and nothing was seen. Only reads of the resource by itself
 * prove that: a shared look may come from a listing that lags behind. Where a change leaves no trace, a resource at rest is
 * as wanted once what was sent must show: a look before may be older than the change, though another has shown that.
 *
 * @throws PolyvolError `operation_failed`
 */
export async function waitForEffect<T extends Resource>(
  call: Call,
  effect: Effect<T>,
): Promise<T | undefined> {
  const { resources, changed, id } = effect;
  const { monotonicNow, polling, settleMs } = call.runtime;
  const isTold = changed.settled === true || changed.pending !== undefined;
  const showsBy =
    effect.leavesNoTrace === true && !isTold
      ? monotonicNow() + settleMs(call.remainingMs())
      : Number.NEGATIVE_INFINITY;
  let underWay = effect.wasUnderWay === true;
  let restingSince: number | undefined;
  let unclearSince: number | undefined;
  let patienceMs = APPEARANCE_MS;

  /** `done` also for what has to be looked at closely. */
  function judge(seen: T): Verdict {
    const verdict = effect.goal(seen);
    if (verdict.state === "done") return monotonicNow() >= showsBy ? DONE : PENDING;
    if (verdict.state === "failed") return verdict;
    const motion = effect.motionOf(seen);
    if (motion === "under_way") underWay = true;
    restingSince = motion === "at_rest" ? (restingSince ?? monotonicNow()) : undefined;
    unclearSince = motion === "unclear" ? (unclearSince ?? monotonicNow()) : undefined;
    const isResting = restingSince !== undefined && (underWay || monotonicNow() - restingSince >= patienceMs);
    const isStuck = underWay && unclearSince !== undefined && monotonicNow() - unclearSince >= APPEARANCE_MS;
    return isResting || isStuck ? DONE : verdict;
  }

  /** The last word on a resource that seems to be at rest for good; `pending`: it is not. */
  async function lookClosely(): Promise<T | "pending" | undefined> {
    for (let look = 1; ; look += 1) {
      const now = await readThroughOutage(call, effect, () => resources.tryGet(call, id));
      if (now === undefined) return effect.stays === undefined ? undefined : "pending";
      const verdict = effect.goal(now);
      if (verdict.state === "done") return now;
      if (verdict.state === "failed") throw await failed(call, effect, verdict.reason);
      if (judge(now).state === "pending") return "pending";
      if (look >= CLOSE_LOOKS) {
        const after = underWay ? "under_way" : changed.pending === undefined ? "nothing" : "record";
        throw await failed(call, effect, effect.givenUp(now, after));
      }
      await call.sleep(polling.firstPauseMs);
    }
  }

  async function peek(): Promise<T | undefined> {
    const now = await resources.tryGet(call, id).catch(() => undefined);
    return now !== undefined && effect.goal(now).state === "done" ? now : undefined;
  }

  for (let { pending } = changed; ; pending = undefined) {
    const seen = await waitFor<T>(call, {
      kind: effect.kind,
      id,
      onProgress: effect.onProgress,
      goal: judge,
      looks: resources.looks,
      wasListed: effect.wasListed === true,
      stays: effect.stays,
      peek,
      pending,
      onHiddenRecord: () => {
        // It may be under way for long, and nothing shows that: what looks at rest proves nothing.
        patienceMs = Number.POSITIVE_INFINITY;
      },
      lookAtOnce: changed.settled === true,
    });
    if (seen === undefined || effect.goal(seen).state === "done") return seen;
    const found = await lookClosely();
    if (found !== "pending") return found;
  }
}
