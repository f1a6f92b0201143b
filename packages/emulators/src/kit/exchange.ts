import { applyFault } from "./apply-fault.ts";
import type { FaultHit, FaultSelector } from "./faults.ts";
import type { LogRecord, LogRecorder } from "./request-log.ts";
import { httpDate, isCut, type SentResponse, type ServedResponse } from "./served-response.ts";
import type { Clock, EmulatedService, ServiceRequest, ServiceResponse } from "./service.ts";

/** Takes a request through faults, service and log. It answers at once when nothing has to wait. */
export type Exchange = (request: ServiceRequest) => ServedResponse | Promise<ServedResponse>;

export interface ExchangeParts {
  readonly service: EmulatedService;
  readonly clock: Clock;
  /** The present instant, once the service has ended what is due by then. */
  readonly instant: () => number;
  readonly faults: FaultSelector;
  readonly log: LogRecorder;
  /** Waits before every answer, or `undefined` for none. */
  readonly latency: (() => Promise<void>) | undefined;
  /** Counts resets, so that what was to be committed later does not outlive one. */
  readonly generation: () => number;
}

export function createExchange(parts: ExchangeParts): Exchange {
  const { service, clock, instant, faults, log, latency, generation } = parts;

  function render(response: ServiceResponse): SentResponse {
    const { status, headers, body } = response;
    const date = httpDate(clock.now());
    if (body === undefined) return { status, headers: { date, ...headers }, body: "" };
    if (headers["content-type"] !== undefined && typeof body === "string") {
      return { status, headers: { date, ...headers }, body };
    }
    return {
      status,
      headers: { date, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    };
  }

  /** Lets the service process the request. What throws is a defect, which looks like no rule and no fault. */
  function process(request: ServiceRequest, record: LogRecord): SentResponse | Promise<SentResponse> {
    const answered = (response: ServiceResponse): SentResponse => {
      record.serviceStatus = response.status;
      return render(response);
    };
    const defective = (error: unknown): SentResponse => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const headers = { "content-type": "text/plain", "x-emulator-error": "1" };
      return answered({ status: 500, headers, body: text });
    };
    try {
      const response = service.handle(request, instant());
      return response instanceof Promise ? response.then(answered, defective) : answered(response);
    } catch (error) {
      return defective(error);
    }
  }

  function failure(status: number, request: ServiceRequest): SentResponse {
    const own = service.failure?.(status, request, clock.now());
    return render(own ?? { status, headers: {}, body: { message: `status ${status}` } });
  }

  function struck(hit: FaultHit, request: ServiceRequest, record: LogRecord): Promise<ServedResponse> {
    return applyFault(hit.fault, {
      clock,
      request,
      commit: (changes) => process({ ...request, ...changes }, record),
      commitLater(ms) {
        const mine = generation();
        void clock.sleep(ms).then(() => {
          if (generation() === mine) void process(request, record);
        });
      },
      failure: (status) => failure(status, request),
    });
  }

  async function delayed(
    record: LogRecord,
    answer: ServedResponse | Promise<ServedResponse>,
  ): Promise<ServedResponse> {
    const settled = await answer;
    await latency?.();
    return finish(record, settled);
  }

  function finish(record: LogRecord, served: ServedResponse): ServedResponse {
    record.status = isCut(served) ? undefined : served.status;
    record.answeredAt = clock.now();
    return served;
  }

  return (request) => {
    const now = clock.now();
    const hit = faults.pick(request, now);
    const record = log.record(request, now, hit);
    if (hit !== undefined) return delayed(record, struck(hit, request, record));
    const answer = process(request, record);
    if (latency === undefined && !(answer instanceof Promise)) return finish(record, answer);
    return delayed(record, answer);
  };
}
