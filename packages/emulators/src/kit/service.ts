/**
 * The seam between the shared shell (clock, faults, log, Node server, msw) and one emulated provider. The shell knows
 * nothing of a provider; a provider knows nothing of sockets, faults or clocks: it is told the instant, `now`, in milliseconds
 * since the Unix epoch.
 */

/** Time as the emulator sees it. `now()` is milliseconds since the Unix epoch. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves once `ms` have passed on this clock; rejects with `signal.reason` when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A request as a service sees it. */
export interface ServiceRequest {
  /** Upper case. */
  readonly method: string;
  /** The request target as it came over the wire (path and query, never re-encoded). */
  readonly rawTarget: string;
  /** `scheme://host` as the client addressed it; with `rawTarget` it is the URL that a client signed. */
  readonly origin: string;
  /** Decoded views of `rawTarget`. */
  readonly path: string;
  /** Its query parameters. */
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Body text, empty when there was none. */
  readonly body: string;
  /** Above 0: lists answer as the state was this many milliseconds ago (fault "stale-list"). Single reads stay fresh. */
  readonly staleMs: number;
  /** The same for reads of a single resource (fault "stale-read"). Default 0. */
  readonly staleReadMs?: number | undefined;
}

/** An answer as a service gives it. */
export interface ServiceResponse {
  /** HTTP status. */
  readonly status: number;
  /** Lower-case names. `content-type` is added by the shell for JSON. */
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON value, or text when `content-type` is given in `headers`; absent for an empty body. */
  readonly body?: unknown;
}

/** The volumes and snapshots that an emulator holds, in the words of no provider. */
export interface Inventory {
  /** In the order of the provider's list. */
  readonly volumes: readonly {
    /** As the API shows it. */
    readonly id: string;
    /** As the API shows it. */
    readonly name: string;
    /** Whole GiB. */
    readonly sizeGiB: number;
    /** True when it is there for use: neither being made, changed or deleted, nor in an error state. */
    readonly ready: boolean;
    /** The servers that have it as a disk now: not those to which it is only on its way. */
    readonly serverIds: readonly string[];
  }[];
  /** Snapshots of volumes, in the order of the provider's list. */
  readonly snapshots: readonly {
    /** As the API shows it. */
    readonly id: string;
    /** As the API shows it. */
    readonly name: string;
    /** The volume that it was taken of, which may be gone. */
    readonly volumeId: string;
    /** GiB of a volume that is made from it. */
    readonly sizeGiB: number;
    /** True when a volume can be made from it. */
    readonly ready: boolean;
  }[];
}

/** One emulated provider: state plus rules. */
export interface EmulatedService {
  /** Short name of the provider. */
  readonly provider: string;
  /**
   * Answers one request. A service with a state of its own answers at once, which is the instant of the commit; only one
   * that passes requests on gives a promise.
   */
  handle(request: ServiceRequest, now: number): ServiceResponse | Promise<ServiceResponse>;
  /** Ends the work that is due by `now`. Called before the service is asked for anything. Absent where nothing takes time. */
  runDue?(now: number): void;
  /** A JSON-safe dump of everything that exists now, for assertions and for `GET /_emulator/state`. */
  state(now: number): unknown;
  /** The volumes and snapshots that exist now. Absent in a service that holds none itself. */
  inventory?(): Inventory;
  /** Adds initial data (validated); the shape is the provider's own and documented beside it, or that of `state`. */
  seed(data: unknown, now: number): void;
  /** Back to empty, keeping options. */
  reset(now: number): void;
  /**
   * The answer that the provider's own gateway would give with this status, in its error shape and with its
   * request id, without looking at the state. Used when a fault names a status and no body.
   */
  failure?(status: number, request: ServiceRequest, now: number): ServiceResponse;
  /** Values that the request log must never show, wherever they occur (tokens, secret keys). */
  readonly secrets?: readonly string[] | undefined;
  /**
   * The provider's real host names, or `*.` and a domain: accepted in `Host`, because some clients go on sending
   * them when they are pointed elsewhere. Nobody else can make these names lead to an emulator.
   */
  readonly hosts?: readonly string[] | undefined;
}
