import type { Call } from "../call.ts";
import type { Pending } from "../driver.ts";
import { PolyvolError } from "../errors.ts";
import type { WaitOptions } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import { tell } from "../tell.ts";
import type { Volume } from "../volume.ts";
import { type Goal, seenState } from "./goal.ts";
import type { Polls } from "./polls.ts";

/** A new resource, or the record of a change, may take so long to show up at all. */
const APPEARANCE_MS = 60_000;
/** What is seen of a record that does not show. */
export const NOT_VISIBLE = "not visible yet";
/** Each pause is so much longer than the one before. */
const GROWTH = 1.5;

export interface WaitSetup<T> {
  readonly kind: "volume" | "snapshot";
  readonly id: string;
  readonly goal: Goal<T>;
  readonly polls: Polls<T>;
  /** A record to follow before the resource itself is looked at. */
  readonly pending?: Pending | undefined;
  readonly onProgress?: WaitOptions["onProgress"];
  /** Looks first and pauses afterwards, for changes that are usually done when they are answered. */
  readonly lookAtOnce?: boolean;
  /** The resource was made just now and may not show up at first. Otherwise its absence is believed at once. */
  readonly isNew?: boolean;
}

/**
 * The one waiting loop. Resolves with the resource once it is as wanted, with `undefined` once it is gone.
 * Stops at once when the provider reports failure; at the deadline the call's error says what was seen last.
 */
export async function waitFor<T extends Volume | Snapshot>(
  call: Call,
  setup: WaitSetup<T>,
): Promise<T | undefined> {
  if (setup.pending !== undefined) await followRecord(call, setup, setup.pending);
  const { monotonicNow } = call.runtime;
  const startedAt = monotonicNow();
  let seenOnce = setup.isNew !== true;
  const pauses = createPauses(call, setup.lookAtOnce === true || setup.pending !== undefined);
  for (;;) {
    const { dueAt, slackMs } = pauses.next();
    const resource = await setup.polls.look({
      id: setup.id,
      operation: call.operation,
      dueAt,
      slackMs,
      abortSignal: call.abortSignal,
    });
    if (resource === undefined) {
      if (seenOnce || monotonicNow() - startedAt >= APPEARANCE_MS) return undefined;
      report(call, setup, "not there yet", pauses.upcomingMs);
      continue;
    }
    seenOnce = true;
    const verdict = setup.goal(resource);
    if (verdict.state === "done") return resource;
    if (verdict.state === "failed") throw failed(call, setup, verdict.reason);
    report(call, setup, seenState(resource), pauses.upcomingMs);
  }
}

async function followRecord<T>(call: Call, setup: WaitSetup<T>, pending: Pending): Promise<void> {
  const { driver, monotonicNow } = call.runtime;
  let seenAt = monotonicNow();
  const pauses = createPauses(call, false);
  for (;;) {
    const { dueAt } = pauses.next();
    await call.sleep(Math.max(0, dueAt - monotonicNow()));
    const status = await call.send("read", async (context) => {
      if (driver.checkPending === undefined) {
        throw new PolyvolError(
          "unknown",
          `the driver ${driver.provider} gave a pending record and cannot look at it`,
        );
      }
      return await driver.checkPending(pending, context);
    });
    if (status.state === "succeeded") return;
    if (status.state === "failed") throw failed(call, setup, status.reason);
    if (status.state === "absent") {
      if (monotonicNow() - seenAt >= APPEARANCE_MS)
        throw failed(call, setup, "there is no record of the change");
      report(call, setup, NOT_VISIBLE, pauses.upcomingMs);
      continue;
    }
    seenAt = monotonicNow();
    report(call, setup, status.seen ?? "running", pauses.upcomingMs);
    if (status.retryAfterMs !== undefined) pauses.atLeast(status.retryAfterMs);
  }
}

function failed<T>(call: Call, { kind, id }: WaitSetup<T>, reason: string): PolyvolError {
  call.about({ kind, id });
  return new PolyvolError("operation_failed", reason, { outcome: "unknown" });
}

function report<T>(call: Call, setup: WaitSetup<T>, seen: string, nextLookMs: number): void {
  const { runtime } = call;
  const elapsedMs = call.elapsedMs();
  call.note(seen);
  tell(setup.onProgress, { seen, elapsedMs });
  runtime.emit(call.operation, {
    type: "wait",
    resource: { kind: setup.kind, id: setup.id },
    seen,
    elapsedMs,
    nextLookMs,
  });
}

interface Pauses {
  /** When to look next. Looks may be shared with others that are due up to `slackMs` later. */
  next(): { readonly dueAt: number; readonly slackMs: number };
  atLeast(ms: number): void;
  /** The pause that comes now, for reports. */
  readonly upcomingMs: number;
}

/** Growing pauses with jitter, and one last look shortly before the deadline. */
function createPauses(call: Call, lookAtOnce: boolean): Pauses {
  const { polling, monotonicNow, random } = call.runtime;
  let pauseMs = lookAtOnce ? 0 : polling.initialDelayMs;
  let floorMs = 0;
  const lastLookMs = Math.min(1_000, (call.elapsedMs() + call.remainingMs()) / 10);
  const jitter = (ms: number): number => ms * (0.75 + random() * 0.5);
  return {
    next: () => {
      const now = monotonicNow();
      const wanted = now + Math.max(floorMs, jitter(pauseMs));
      const last = now + call.remainingMs() - lastLookMs;
      const dueAt = wanted > last && now < last ? last : wanted;
      const slackMs = pauseMs / 2;
      pauseMs = Math.min(polling.maxDelayMs, Math.max(polling.initialDelayMs, pauseMs * GROWTH));
      floorMs = 0;
      return { dueAt, slackMs };
    },
    atLeast: (ms) => {
      floorMs = ms;
    },
    get upcomingMs() {
      return Math.max(floorMs, pauseMs);
    },
  };
}
