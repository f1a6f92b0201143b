import {
  type Attributes,
  type Meter,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { EventListener, PolyvolEvent, ResponseEvent } from "@polyvol/core";

/** The bounds that the semantic conventions advise, in seconds. */
const REQUEST_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Listens to a storage: spans and durations of its requests, and events and counts of what happens on the way. */
export function createEventListener(tracer: Tracer, meter: Meter): EventListener {
  const durations = meter.createHistogram("http.client.request.duration", {
    description: "Duration of HTTP client requests.",
    unit: "s",
    advice: { explicitBucketBoundaries: REQUEST_BOUNDS_S },
  });
  const retries = meter.createCounter("polyvol.client.retries", {
    description: "Requests that are sent again.",
    unit: "{retry}",
  });
  const recoveries = meter.createCounter("polyvol.client.recoveries", {
    description: "Changes whose answer was lost and whose outcome was found out by looking.",
    unit: "{recovery}",
  });
  const throttles = meter.createHistogram("polyvol.client.throttle.duration", {
    description: "How long requests are held back so that a quota is kept.",
    unit: "s",
  });
  return (event) => {
    const about = { "polyvol.provider": event.provider, "polyvol.operation": event.operation };
    switch (event.type) {
      case "request":
        return;
      case "response":
        durations.record(event.durationMs / 1000, requestAttributes(event));
        recordRequest(tracer, event, about);
        return;
      case "retry":
        retries.add(1, { ...about, "error.type": event.code });
        break;
      case "recover":
        recoveries.add(1, { ...about, "polyvol.recovery.result": event.result });
        break;
      case "throttle":
        throttles.record(event.delayMs / 1000, { ...about, "polyvol.throttle.bound": event.bound });
        break;
      default:
    }
    trace.getActiveSpan()?.addEvent(`polyvol.${event.type}`, { ...about, ...eventAttributes(event) });
  };
}

/** The request is over: its span began when it was sent. */
function recordRequest(tracer: Tracer, event: ResponseEvent, about: Attributes): void {
  const endTime = Date.now();
  const span = tracer.startSpan(event.method, {
    kind: SpanKind.CLIENT,
    startTime: endTime - event.durationMs,
    attributes: {
      ...requestAttributes(event),
      ...about,
      ...(event.origin === undefined ? {} : { "url.full": event.origin + withoutValues(event.target) }),
      ...(event.requestId === undefined ? {} : { "polyvol.request_id": event.requestId }),
    },
  });
  if (errorTypeOf(event) !== undefined) {
    // The status says it where there is one.
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(event.failure === undefined ? {} : { message: event.failure }),
    });
  }
  span.end(endTime);
}

/** What a span and a metric of a request have in common. */
function requestAttributes(event: ResponseEvent): Attributes {
  const errorType = errorTypeOf(event);
  return {
    "http.request.method": event.method,
    ...addressOf(event.origin),
    ...(event.status === undefined ? {} : { "http.response.status_code": event.status }),
    ...(errorType === undefined ? {} : { "error.type": errorType }),
  };
}

function errorTypeOf({ status, failure }: ResponseEvent): string | undefined {
  if (status === undefined) return failure === "aborted" ? "aborted" : "_OTHER";
  return status >= 400 ? String(status) : undefined;
}

function addressOf(origin: string | undefined): Attributes {
  if (origin === undefined) return {};
  const { protocol, hostname, port } = new URL(origin);
  const usual = protocol === "https:" ? 443 : 80;
  return { "server.address": hostname, "server.port": port === "" ? usual : Number(port) };
}

/** A query may hold anything, so its keys stay and its values do not. */
function withoutValues(target: string): string {
  const [path = "", query] = target.split(/\?(.*)/s);
  if (query === undefined) return path;
  const keys = query.split("&").map((pair) => pair.replace(/=.*/s, "=REDACTED"));
  return `${path}?${keys.join("&")}`;
}

/** What an event says besides where it happened. */
function eventAttributes(event: PolyvolEvent): Attributes {
  switch (event.type) {
    case "retry":
      return {
        "error.type": event.code,
        "polyvol.retry.attempt": event.attempt,
        "polyvol.retry.delay_ms": event.delayMs,
        "polyvol.retry.reason": event.reason,
      };
    case "wait":
      return {
        ...resourceAttributes(event.resource),
        "polyvol.wait.seen": event.seen,
        "polyvol.wait.elapsed_ms": event.elapsedMs,
        "polyvol.wait.next_look_ms": event.nextLookMs,
      };
    case "throttle":
      return { "polyvol.throttle.bound": event.bound, "polyvol.throttle.delay_ms": event.delayMs };
    case "recover":
      return { ...resourceAttributes(event.resource), "polyvol.recovery.result": event.result };
    case "version":
      return {
        "polyvol.api_version": event.apiVersion,
        "polyvol.version.result": event.result,
        "polyvol.version.message": event.message,
      };
    default:
      return {};
  }
}

function resourceAttributes({
  kind,
  id,
  name,
}: Extract<PolyvolEvent, { type: "wait" }>["resource"]): Attributes {
  return {
    "polyvol.resource.kind": kind,
    ...(id === undefined ? {} : { "polyvol.resource.id": id }),
    ...(name === undefined ? {} : { "polyvol.resource.name": name }),
  };
}
