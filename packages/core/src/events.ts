import type { PolyvolErrorCode, ResourceRef } from "./errors.ts";

interface EventBase {
  /** The driver's provider name. */
  readonly provider: string;
  /** The public call that caused it, such as `snapshots.create`; for provider-specific calls their own name. */
  readonly operation: string;
}

/** A request is about to be sent. Never holds headers or bodies. */
export interface RequestEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "request";
  /** HTTP method. */
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Scheme, host and port that it goes to, such as `https://api.example.com`. Absent from drivers that send none. */
  readonly origin?: string;
}

/** An answer arrived, or the request failed without one (`status` absent). */
export interface ResponseEvent extends Omit<RequestEvent, "type"> {
  /** Tells the event apart. */
  readonly type: "response";
  /** HTTP status; absent without an answer. */
  readonly status?: number;
  /** The provider's id of the request, where it gave one. */
  readonly requestId?: string;
  /** From sending to the end of the answer, in milliseconds. */
  readonly durationMs: number;
  /** Why there is no status. */
  readonly failure?: string;
}

/** A failed request will be sent again after `delayMs`; one whose outcome is unknown only if a look does not find its effect. */
export interface RetryEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "retry";
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The pause before the next attempt, in milliseconds. */
  readonly delayMs: number;
  /** Code of the failure. */
  readonly code: PolyvolErrorCode;
  /** The failure in one sentence. */
  readonly reason: string;
}

/** A pending change was looked at and is not finished. */
export interface WaitEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "wait";
  /** What is waited for. */
  readonly resource: ResourceRef;
  /** What was seen, in the provider's words where it has any. */
  readonly seen: string;
  /** Since the wait began, in milliseconds. */
  readonly elapsedMs: number;
  /** Until the next look, in milliseconds. */
  readonly nextLookMs: number;
}

/** The rate limiter holds a request back so that a quota is kept. */
export interface ThrottleEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "throttle";
  /** How long it is held back, in milliseconds. */
  readonly delayMs: number;
  /** Which bound: `concurrency`, `quota`, or `server` when the provider itself asked for it. */
  readonly bound: "concurrency" | "quota" | "server";
}

/** An unclear change was cleared up by looking. */
export interface RecoverEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "recover";
  /** What was looked for. */
  readonly resource: ResourceRef;
  /**
   * `found`: it was there. `absent`: it was not, and is sent again. `surplus_removed`: an own duplicate was deleted.
   * `failed_removed`: what a failed create of Polyvol's had left was deleted.
   */
  readonly result: "found" | "absent" | "surplus_removed" | "failed_removed";
}

/** Something about the API version that its owner should know. */
export interface VersionEvent extends EventBase {
  /** Tells the event apart. */
  readonly type: "version";
  /** The version that it is about. */
  readonly apiVersion: string;
  /** `chosen`: negotiated. `deprecated`: deprecated or close to its end. `fallback`: the list could not be read. */
  readonly result: "chosen" | "deprecated" | "fallback";
  /** For people, in one sentence. */
  readonly message: string;
}

/** Everything that {@link BlockStorageOptions.onEvent} can receive, told apart by `type`. */
export type PolyvolEvent =
  | RequestEvent
  | ResponseEvent
  | RetryEvent
  | WaitEvent
  | ThrottleEvent
  | RecoverEvent
  | VersionEvent;

/** Receives events. It must not throw; what it throws is ignored. */
export type EventListener = (event: PolyvolEvent) => void;

/** An event as a driver reports it: core adds provider and operation. */
export type DriverEvent = PolyvolEvent extends infer Each
  ? Each extends PolyvolEvent
    ? Omit<Each, "provider" | "operation">
    : never
  : never;

/**
 * Tells a caller's listener. A listener is a guest: what it throws, and what the promise that it returns rejects with,
 * changes nothing.
 */
export function tell<T>(listener: ((told: T) => unknown) | undefined, told: T): void {
  try {
    const result = listener?.(told);
    // Nobody waits for it, so nobody else would hear of its failure, and that ends a process.
    if (result !== undefined) Promise.resolve(result).catch(() => undefined);
  } catch {
    // As above.
  }
}
