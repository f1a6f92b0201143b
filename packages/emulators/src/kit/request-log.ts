import type { FaultKind } from "./fault.ts";
import type { FaultHit } from "./faults.ts";
import type { ServiceRequest } from "./service.ts";

const SECRET_HEADER = /authorization|cookie|signature|access-?key|secret|token|api-?key|password|session/i;

/** What stands in the log instead of a secret. */
const REDACTED = "[redacted]";

interface Redactor {
  /** Headers safe to show: values of headers that carry secrets are replaced. */
  headers(headers: ReadonlyMap<string, string>): Record<string, string>;
  /** Text safe to show: every known secret in it, plain or URL-encoded, is replaced. */
  text(text: string): string;
}

/** Makes a redactor that knows these secret values. Values shorter than four characters are left alone in text. */
function createRedactor(secrets: readonly string[]): Redactor {
  const needles = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((needle) => needle.length >= 4)
    .sort((a, b) => b.length - a.length);
  const text = (value: string): string =>
    needles.reduce((shown, needle) => shown.replaceAll(needle, REDACTED), value);
  return {
    text,
    headers(headers) {
      const shown: Record<string, string> = {};
      for (const [name, value] of headers) shown[name] = SECRET_HEADER.test(name) ? REDACTED : text(value);
      return shown;
    },
  };
}

/** One request as the emulator saw it. Secrets are replaced by `[redacted]`. */
export interface LogEntry {
  /** Position since the emulator was made, from 1; it goes on counting after `clear`. */
  readonly sequence: number;
  /** HTTP method. */
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  /** Status that was sent; absent when the connection was cut or the request is still held back. */
  readonly status?: number;
  /** Status that the service gave; absent when the request never reached it. */
  readonly serviceStatus?: number;
  /** True when the service processed the request with success, whatever the client was told. */
  readonly committed: boolean;
  /** Arrival and answer by the emulator's clock, ISO 8601. `answeredAt` is absent while the request is held back. */
  readonly receivedAt: string;
  /** When it was answered, by the emulator's clock. */
  readonly answeredAt?: string;
  /** By lower-case name; secrets are replaced. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The body, cut at the log's bound. */
  readonly requestBody: string;
  /** The fault that struck the request. */
  readonly fault?: {
    /** Its id. */
    readonly id: string;
    /** Its kind. */
    readonly kind: FaultKind;
  };
}

/** The last requests, oldest first. Its length is bounded; the oldest entries make room. */
export interface RequestLog {
  /** All entries, oldest first. */
  entries(): readonly LogEntry[];
  /** Forgets all entries. */
  clear(): void;
}

/** A request that is being recorded: the shell fills it in as things happen. */
export interface LogRecord {
  readonly sequence: number;
  /** Its body is cut at the log's bound. */
  readonly request: ServiceRequest;
  readonly receivedAt: number;
  readonly hit: FaultHit | undefined;
  status?: number | undefined;
  serviceStatus?: number;
  answeredAt?: number;
  /** What was shown of it last. */
  shown?: LogEntry;
}

/** The log as the shell uses it. */
export interface LogRecorder extends RequestLog {
  record(request: ServiceRequest, receivedAt: number, hit: FaultHit | undefined): LogRecord;
}

export interface LogBounds {
  /** How many requests are kept; 0 keeps none. */
  readonly limit: number;
  /** How many characters of a body are kept. */
  readonly bodyLimit: number;
}

/** Makes an empty log. Recording keeps references only; redaction happens when the log is read. */
export function createRequestLog(bounds: LogBounds, secrets: readonly string[]): LogRecorder {
  const redactor = createRedactor(secrets);
  let ring: LogRecord[] = [];
  let oldest = 0;
  let sequence = 0;

  function bounded(body: string): string {
    if (body.length <= bounds.bodyLimit) return body;
    // Copied, because a slice would keep the whole body alive.
    return Buffer.from(body.slice(0, bounds.bodyLimit)).toString();
  }

  /** Whoever waits for a request reads the log again and again: only what has changed since is redacted anew. */
  function show(record: LogRecord): LogEntry {
    const { shown, status, serviceStatus } = record;
    const isAsShown =
      shown !== undefined &&
      shown.status === status &&
      shown.serviceStatus === serviceStatus &&
      (shown.answeredAt === undefined) === (record.answeredAt === undefined);
    if (!isAsShown) record.shown = entryOf(record);
    return record.shown as LogEntry;
  }

  function entryOf(record: LogRecord): LogEntry {
    const { request, hit } = record;
    return {
      sequence: record.sequence,
      method: request.method,
      target: redactor.text(request.rawTarget),
      ...(record.status === undefined ? {} : { status: record.status }),
      ...(record.serviceStatus === undefined ? {} : { serviceStatus: record.serviceStatus }),
      committed: record.serviceStatus !== undefined && record.serviceStatus < 400,
      receivedAt: new Date(record.receivedAt).toISOString(),
      ...(record.answeredAt === undefined ? {} : { answeredAt: new Date(record.answeredAt).toISOString() }),
      requestHeaders: redactor.headers(request.headers),
      requestBody: redactor.text(request.body),
      ...(hit === undefined ? {} : { fault: { id: hit.id, kind: hit.fault.kind } }),
    };
  }

  return {
    record(request, receivedAt, hit) {
      sequence += 1;
      const body = bounded(request.body);
      const record: LogRecord = {
        sequence,
        request: body === request.body ? request : { ...request, body },
        receivedAt,
        hit,
      };
      if (ring.length < bounds.limit) ring.push(record);
      else if (bounds.limit > 0) {
        ring[oldest] = record;
        oldest = (oldest + 1) % bounds.limit;
      }
      return record;
    },
    entries: () => [...ring.slice(oldest), ...ring.slice(0, oldest)].map(show),
    clear() {
      ring = [];
      oldest = 0;
    },
  };
}
