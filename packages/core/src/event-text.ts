import type { PolyvolEvent } from "./events.ts";

/**
 * What an event says, as one line for people, such as `GET /v2/volumes: 200 in 12 ms`. Which storage and which operation
 * it is about does not stand in it, and what a provider said stands in it as it came.
 *
 * @param spanText writes a span that is given in milliseconds
 */
export function eventText(event: PolyvolEvent, spanText: (ms: number) => string): string {
  switch (event.type) {
    case "request":
      return `${event.method} ${event.target}`;
    case "response": {
      const { method, target, status, failure, durationMs, requestId } = event;
      const result = status ?? `no answer (${failure ?? "no reason given"})`;
      const id = requestId === undefined ? "" : `, request ${requestId}`;
      return `${method} ${target}: ${result} in ${spanText(durationMs)}${id}`;
    }
    case "retry": {
      const { attempt, code, reason, delayMs } = event;
      return `attempt ${attempt} failed (${code}: ${reason}); the next in ${spanText(delayMs)}`;
    }
    case "throttle":
      return `held back for ${spanText(event.delayMs)} (${event.bound})`;
    case "wait": {
      const { resource, seen, nextLookMs } = event;
      const which = resource.name ?? resource.id ?? "";
      return `${resource.kind} ${which} is ${seen}; the next look in ${spanText(nextLookMs)}`;
    }
    case "recover": {
      const { resource, result } = event;
      return `${resource.kind} ${resource.name ?? resource.id ?? ""}: ${result.replaceAll("_", " ")}`;
    }
    case "version":
      return event.message;
  }
}
