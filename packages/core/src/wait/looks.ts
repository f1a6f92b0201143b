import { onAbort } from "../abort.ts";
import type { Call } from "../call/call.ts";
import { isPolyvolError, type PolyvolErrorCode } from "../errors.ts";
import { tell } from "../events.ts";
import type { WaitOptions } from "../options.ts";
import type { ResourceKind } from "../resource.ts";
import { fitWords } from "../words.ts";

/** Each pause is so much longer than the one before. */
const GROWTH = 1.5;

/** When to look, while something is waited for. */
export type Pauses = ReturnType<typeof createPauses>;

/** Growing pauses with jitter, and one last look shortly before the deadline. */
export function createPauses(call: Call, lookAtOnce: boolean) {
  const { polling, monotonicNow, random } = call.runtime;
  let pauseMs = lookAtOnce ? 0 : polling.initialDelayMs;
  let floorMs = 0;
  const lastLookMs = Math.min(1_000, (call.elapsedMs() + call.remainingMs()) / 10);
  const jitter = (ms: number): number => ms * (0.75 + random() * 0.5);
  return {
    /** When to look next. Looks may be shared with others that are due up to `slackMs` later. */
    next: () => {
      const now = monotonicNow();
      const wanted = now + Math.max(floorMs, jitter(pauseMs));
      const last = now + call.remainingMs() - lastLookMs;
      const isLast = wanted >= last;
      const dueAt = isLast && now < last ? last : wanted;
      const slackMs = pauseMs / 2;
      pauseMs = Math.min(polling.maxDelayMs, Math.max(polling.firstPauseMs, pauseMs * GROWTH));
      floorMs = 0;
      return { dueAt, slackMs, isLast };
    },
    atLeast: (ms: number): void => {
      floorMs = ms;
    },
    /** The pause that comes now, for reports. */
    get upcomingMs(): number {
      return Math.max(floorMs, pauseMs);
    },
  };
}

/** What is waited for, and who is told of it. */
export interface Watched {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly onProgress?: WaitOptions["onProgress"];
  /** Nothing has been sent when the wait begins: what is there already has to come to rest first. */
  readonly isBefore?: boolean;
}

/** Tells of a look that found nothing to end the wait with. */
export function report(call: Call, watched: Watched, seen: string, pauses: Pauses): void {
  call.note(seen, watched.isBefore);
  tellOf(call, watched, seen, pauses);
}

/** Failures of a look that pass: the service, the network, or something on the way between. */
const PASSING: ReadonlySet<PolyvolErrorCode> = new Set([
  "unavailable",
  "timeout",
  "rate_limited",
  "malformed_response",
]);

/**
 * A look that failed in a passing way is a look that saw nothing: it is told of, and the next one comes in its time.
 * @throws `error`, when it is definite, or asks for a longer pause than the call has time for
 */
export function reportFailedLook(call: Call, watched: Watched, error: unknown, pauses: Pauses): void {
  call.abortSignal.throwIfAborted();
  if (!isPolyvolError(error)) throw error;
  const { code, retryable, retryAfterMs = 0 } = error;
  if (!retryable || !PASSING.has(code) || retryAfterMs >= call.remainingMs()) throw error;
  pauses.atLeast(retryAfterMs);
  call.noteFailedLook(error);
  tellOf(call, watched, `no answer (${code})`, pauses);
}

/** A read by whoever waits already: what fails in a passing way is read again, for as long as the call has time. */
export async function readThroughOutage<T>(call: Call, watched: Watched, read: () => Promise<T>): Promise<T> {
  const pauses = createPauses(call, false);
  for (;;) {
    try {
      return await read();
    } catch (error) {
      reportFailedLook(call, watched, error, pauses);
    }
    await call.sleep(pauses.next().dueAt - call.runtime.monotonicNow());
  }
}

/**
 * A read that a change depends on. What was sent before, here or by an earlier step, may be done, and only going on tells:
 * then it waits out an outage.
 */
export function readBeforeChange<T>(call: Call, watched: Watched, read: () => Promise<T>): Promise<T> {
  return call.hasSent() ? readThroughOutage(call, watched, read) : read();
}

function tellOf(call: Call, { kind, id, onProgress }: Watched, words: string, pauses: Pauses): void {
  const seen = fitWords(words);
  const elapsedMs = call.elapsedMs();
  tell(onProgress, { seen, elapsedMs });
  const nextLookMs = pauses.upcomingMs;
  call.runtime.emit(call.operation, { type: "wait", resource: { kind, id }, seen, elapsedMs, nextLookMs });
}

/** A signal that aborts when those of all have: work that somebody still waits for goes on. */
export function abortedTogether(waiting: readonly { readonly abortSignal: AbortSignal }[]): {
  readonly signal: AbortSignal;
  /** Listens no more. */
  readonly release: () => void;
} {
  const together = new AbortController();
  let left = waiting.length;
  const releases = waiting.map(({ abortSignal }) =>
    onAbort(abortSignal, () => {
      left -= 1;
      if (left === 0) together.abort(abortSignal.reason);
    }),
  );
  return {
    signal: together.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
