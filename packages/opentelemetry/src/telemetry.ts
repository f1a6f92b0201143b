import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import type { BlockStorage, EventListener } from "@polyvol/core";
import { createCallSpans } from "./call-spans.ts";
import { createEventListener } from "./events.ts";
import { traceStorage } from "./trace-storage.ts";

/** Where traces and metrics go. */
export interface TelemetryOptions {
  /** Makes the tracer. Default: the provider that is registered globally, also one that is registered later. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Makes the meter. Default: the provider that is registered globally when this is called. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** Tells OpenTelemetry what Polyvol does. One may serve any number of storages. */
export interface Telemetry {
  /**
   * The option `onEvent` of a storage: a client span and a duration for each HTTP request, and an event on the active span
   * for each retry, wait, recovery and pause. Holds no header, no body, and of a query no values.
   */
  readonly onEvent: EventListener;
  /**
   * The same storage, with a span for each of its calls. Requests are its children, and what happens on the way are its
   * events, where a context manager is registered, as every SDK for Node does.
   */
  trace(storage: BlockStorage): BlockStorage;
}

const SCOPE = "@polyvol/opentelemetry";

/** Makes what a storage is given, and given to, so that its calls are seen. */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const tracer = options.tracerProvider?.getTracer(SCOPE) ?? trace.getTracer(SCOPE);
  const meter = options.meterProvider?.getMeter(SCOPE) ?? metrics.getMeter(SCOPE);
  const calls = createCallSpans(tracer, meter);
  return {
    onEvent: createEventListener(tracer, meter),
    trace: (storage) => traceStorage(storage, calls),
  };
}
