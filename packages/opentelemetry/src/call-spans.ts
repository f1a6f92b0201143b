import {
  type Attributes,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isPolyvolError } from "@polyvol/core";

/** One call of a storage. */
export interface TracedCall {
  readonly provider: string;
  /** As events and errors name it, such as `volumes.create`. */
  readonly operation: string;
}

/** Makes a span, and a duration, of each call. */
export interface CallSpans {
  /** Does the work in a span of its own. */
  run<T>(call: TracedCall, work: () => Promise<T>): Promise<T>;
  /** Iterates in a span of its own, which begins with the first item that is asked for. */
  iterate<T>(call: TracedCall, start: () => AsyncIterator<T>): AsyncIterableIterator<T>;
}

/** A call may wait for minutes. In seconds. */
const CALL_BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

/** @param meter takes the duration of each call */
export function createCallSpans(tracer: Tracer, meter: Meter): CallSpans {
  const durations = meter.createHistogram("polyvol.client.operation.duration", {
    description: "Duration of calls, with all their requests, retries and waits.",
    unit: "s",
    advice: { explicitBucketBoundaries: CALL_BOUNDS_S },
  });

  function begin({ provider, operation }: TracedCall): OpenCall {
    const attributes = { "polyvol.provider": provider, "polyvol.operation": operation };
    const startedAt = performance.now();
    const span = tracer.startSpan(operation, { kind: SpanKind.INTERNAL, attributes });
    const active = trace.setSpan(context.active(), span);
    let ended = false;
    return {
      within: (work) => context.with(active, work),
      end(failure) {
        // An iterator may be asked on after its end.
        if (ended) return;
        ended = true;
        const failed = failure === undefined ? {} : fail(span, failure.error);
        span.end();
        durations.record((performance.now() - startedAt) / 1000, { ...attributes, ...failed });
      },
    };
  }

  return {
    async run(call, work) {
      const open = begin(call);
      try {
        const result = await open.within(work);
        open.end();
        return result;
      } catch (error) {
        open.end({ error });
        throw error;
      }
    },
    iterate: (call, start) => iterateIn(() => begin(call), start),
  };
}

/** A call that has begun. */
interface OpenCall {
  within<T>(work: () => T): T;
  end(failure?: { readonly error: unknown }): void;
}

function iterateIn<T>(begin: () => OpenCall, start: () => AsyncIterator<T>): AsyncIterableIterator<T> {
  let open: OpenCall | undefined;
  let items: AsyncIterator<T> | undefined;
  const step = async (work: (items: AsyncIterator<T>) => Promise<IteratorResult<T>>) => {
    open ??= begin();
    const call = open;
    try {
      const result = await call.within(() => {
        items ??= start();
        return work(items);
      });
      if (result.done === true) call.end();
      return result;
    } catch (error) {
      call.end({ error });
      throw error;
    }
  };
  return {
    next: () => step((each) => each.next()),
    // Leaving a loop that has not begun sends nothing, and is no call.
    return: async (value) => {
      if (open === undefined) return { done: true, value };
      return await step(async (each) => (await each.return?.(value)) ?? { done: true, value });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Marks the span. @returns what a metric says of it */
function fail(span: Span, error: unknown): Attributes {
  const known = isPolyvolError(error);
  const type = known ? error.code : error instanceof Error ? error.name : "_OTHER";
  span.setAttribute("error.type", type);
  if (known && error.outcome !== undefined) span.setAttribute("polyvol.outcome", error.outcome);
  // Errors of others may say anything; those of Polyvol hold no secret.
  span.setStatus({ code: SpanStatusCode.ERROR, ...(known ? { message: error.message } : {}) });
  return { "error.type": type };
}
