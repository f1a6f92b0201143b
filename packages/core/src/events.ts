import type { PolyvolErrorCode, ResourceRef } from "./errors.ts";

interface EventBase {
  readonly provider: string;
  /** The public call that caused it, such as `snapshots.create`; for provider-specific calls their own name. */
  readonly operation: string;
}

/** A request is about to be sent. Never holds headers or bodies. */
export interface RequestEvent extends EventBase {
  readonly type: "request";
  readonly method: string;
  /** Path and query. */
  readonly target: string;
}

/** An answer arrived, or the request failed without one (`status` absent). */
export interface ResponseEvent extends EventBase {
  readonly type: "response";
  readonly method: string;
  readonly target: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly durationMs: number;
  /** Why there is no status. */
  readonly failure?: string;
}

/** A failed request will be sent again after `delayMs`. */
export interface RetryEvent extends EventBase {
  readonly type: "retry";
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly code: PolyvolErrorCode;
  readonly reason: string;
}

/** A pending change was looked at and is not finished. */
export interface WaitEvent extends EventBase {
  readonly type: "wait";
  readonly resource: ResourceRef;
  /** What was seen, in the provider's words where it has any. */
  readonly seen: string;
  readonly elapsedMs: number;
  readonly nextLookMs: number;
}

/** The governor holds a request back so that a quota is kept. */
export interface ThrottleEvent extends EventBase {
  readonly type: "throttle";
  readonly delayMs: number;
  /** Which bound: `concurrency`, `quota`, or `server` when the provider itself asked for it. */
  readonly bound: "concurrency" | "quota" | "server";
}

/** An unclear change was cleared up by looking. */
export interface RecoverEvent extends EventBase {
  readonly type: "recover";
  readonly resource: ResourceRef;
  /** `found`: it was there. `absent`: it was not, and is sent again. `surplus_removed`: an own duplicate was deleted. */
  readonly result: "found" | "absent" | "surplus_removed";
}

/** Something about the API version that its owner should know. */
export interface VersionEvent extends EventBase {
  readonly type: "version";
  readonly apiVersion: string;
  /** `chosen`: negotiated. `deprecated`: deprecated or close to its end. `fallback`: the list could not be read. */
  readonly result: "chosen" | "deprecated" | "fallback";
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
