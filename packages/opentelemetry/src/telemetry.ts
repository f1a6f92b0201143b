import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import type { BlockStorage, EventListener, Listing, Snapshots, Volumes } from "@polyvol/core";
import { type CallSpans, createCallSpans, type TracedCall } from "./call-spans.ts";
import { createEventListener } from "./events.ts";

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

/** The same storage, each of whose calls is a span. */
function traceStorage(storage: BlockStorage, spans: CallSpans): BlockStorage {
  const { provider, capabilities, driver, volumes, snapshots } = storage;
  const traced =
    <Given extends readonly unknown[], Result>(
      operation: string,
      call: (...given: Given) => Promise<Result>,
    ) =>
    (...given: Given): Promise<Result> =>
      spans.run({ provider, operation }, () => call(...given));
  const listed = <Item>(operation: string, listing: Listing<Item>): Listing<Item> =>
    traceListing(spans, { provider, operation }, listing);

  const tracedVolumes: Volumes = {
    list: (...given) => listed("volumes.list", volumes.list(...given)),
    get: traced("volumes.get", (...given) => volumes.get(...given)),
    find: traced("volumes.find", (...given) => volumes.find(...given)),
    create: traced("volumes.create", (...given) => volumes.create(...given)),
    beginCreate: traced("volumes.beginCreate", (...given) => volumes.beginCreate(...given)),
    resize: traced("volumes.resize", (...given) => volumes.resize(...given)),
    attach: traced("volumes.attach", (...given) => volumes.attach(...given)),
    detach: traced("volumes.detach", (...given) => volumes.detach(...given)),
    revert: traced("volumes.revert", (...given) => volumes.revert(...given)),
    rename: traced("volumes.rename", (...given) => volumes.rename(...given)),
    delete: traced("volumes.delete", (...given) => volumes.delete(...given)),
  };
  const tracedSnapshots: Snapshots = {
    list: (...given) => listed("snapshots.list", snapshots.list(...given)),
    get: traced("snapshots.get", (...given) => snapshots.get(...given)),
    find: traced("snapshots.find", (...given) => snapshots.find(...given)),
    create: traced("snapshots.create", (...given) => snapshots.create(...given)),
    beginCreate: traced("snapshots.beginCreate", (...given) => snapshots.beginCreate(...given)),
    update: traced("snapshots.update", (...given) => snapshots.update(...given)),
    delete: traced("snapshots.delete", (...given) => snapshots.delete(...given)),
  };
  return {
    provider,
    capabilities,
    driver,
    volumes: tracedVolumes,
    snapshots: tracedSnapshots,
    resume: (...given) => spans.run({ provider, operation: "resume" }, () => storage.resume(...given)),
    checkHealth: traced("checkHealth", (...given) => storage.checkHealth(...given)),
    run: (operation, ...given) => spans.run({ provider, operation }, () => storage.run(operation, ...given)),
  };
}

function traceListing<Item>(spans: CallSpans, call: TracedCall, listing: Listing<Item>): Listing<Item> {
  return {
    [Symbol.asyncIterator]: () => spans.iterate(call, () => listing[Symbol.asyncIterator]()),
    byPage: (options) => spans.iterate(call, () => listing.byPage(options)),
    toArray: (options) => spans.run(call, () => listing.toArray(options)),
  };
}
