/** Which requests a fault strikes. Every member that is given must hold; an empty match is every request. */
export interface FaultMatch {
  /** One method or several, in any case. */
  readonly method?: string | readonly string[] | undefined;
  /**
   * The decoded path without the query: exact, or a glob in which `*` stands for anything but a slash and `**` for
   * anything; or a regular expression (`{ regexp, flags }` in JSON). One trailing slash of the request is ignored.
   */
  readonly path?: string | RegExp | FaultPattern | undefined;
  /** Query parameters, by name; the value is exact or a glob in which `*` stands for anything. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Request headers, by name; the value is exact or a glob in which `*` stands for anything. */
  readonly header?: Readonly<Record<string, string>> | undefined;
  /** Text that the request body contains. */
  readonly bodyIncludes?: string | undefined;
}

/** A regular expression as JSON. */
export interface FaultPattern {
  /** Source of the expression. */
  readonly regexp: string;
  /** Such as `i`. */
  readonly flags?: string | undefined;
}

/** When a fault strikes. A request meets at most one fault: the first, in the order of adding, that strikes. */
export interface FaultRule {
  /** For `list` and removal; made up when absent. */
  readonly id?: string | undefined;
  /** Which requests it strikes. Default: every one. */
  readonly match?: FaultMatch | undefined;
  /**
   * Sleeps until a request arrives that fits this, whatever becomes of that request; each further one begins anew.
   * Default: awake from the moment it is added.
   */
  readonly after?: FaultMatch | undefined;
  /** Begins so many milliseconds after it is awake, on the emulator's clock. Default 0. */
  readonly afterMs?: number | undefined;
  /** Strikes for so many milliseconds from then on, on the emulator's clock. Default: without end. */
  readonly forMs?: number | undefined;
  /** Lets this many matching requests pass first. Default 0. */
  readonly skip?: number | undefined;
  /** Strikes this many times, then never again. Default: without end. */
  readonly count?: number | undefined;
  /**
   * Strikes only the first so many arrivals of one and the same request (method, target and body), so that
   * repeating it succeeds. Default: no such limit.
   */
  readonly perRequest?: number | undefined;
  /** Chance that a matching request is struck, 0 to 1. Default 1. */
  readonly probability?: number | undefined;
  /** Seed of that chance. Default: from the emulator's seed and the position of the fault. */
  readonly seed?: number | undefined;
}

/** Before or after the service has processed the request. */
export type FaultMoment = "before" | "after";

/** What happens to a request that is struck. "Commit" is the instant at which the service processes it. */
export type FaultEffect =
  /** No connection: nothing is processed. On a real port the connection is reset without a byte. */
  | { readonly kind: "refuse" }
  /** The connection is cut and the request was not processed. */
  | { readonly kind: "cut-before" }
  /** The request is processed and the connection cut: the answer is lost. */
  | { readonly kind: "cut-after" }
  /** Waits, then commits. The wait goes on when the client leaves. `time: "real"` waits in real time on any clock. */
  | { readonly kind: "delay-before"; readonly ms: number; readonly time?: "clock" | "real" | undefined }
  /** Commits, then waits with the answer. */
  | { readonly kind: "delay-after"; readonly ms: number; readonly time?: "clock" | "real" | undefined }
  /** Cuts the connection (or gives `answer`) at once; the request commits `ms` later on the emulator's clock. */
  | { readonly kind: "commit-late"; readonly ms: number; readonly answer?: FaultAnswer | undefined }
  /** The true answer, `bytes` at a time, `everyMs` apart on the emulator's clock. */
  | { readonly kind: "slow-body"; readonly bytes: number; readonly everyMs: number }
  /** A given answer instead of the true one. */
  | ({ readonly kind: "answer"; readonly when?: FaultMoment | undefined } & FaultAnswer)
  /** The first `bytes` of the true answer (default half). With `cut` the full length is announced and the connection cut. */
  | { readonly kind: "truncate"; readonly bytes?: number | undefined; readonly cut?: boolean | undefined }
  /**
   * The true answer with the member `at` (a dotted path such as `volumes.0.id`) set to `value`, or removed when
   * there is no `value`. Without `at` the whole body becomes `value`.
   */
  | { readonly kind: "wrong-json"; readonly at?: string | undefined; readonly value?: unknown }
  /** A web page, as a proxy in the way would answer. Default status 200, before the commit. */
  | { readonly kind: "html"; readonly status?: number | undefined; readonly when?: FaultMoment | undefined }
  /** A JSON body that never ends. */
  | { readonly kind: "endless-body"; readonly when?: FaultMoment | undefined }
  /** Valid JSON of about `bytes`; `chunked` announces no length. */
  | {
      readonly kind: "large-body";
      readonly bytes: number;
      readonly chunked?: boolean | undefined;
      readonly when?: FaultMoment | undefined;
    }
  /** A small gzip body that unpacks to about `bytes` of valid JSON. */
  | { readonly kind: "bomb"; readonly bytes: number; readonly when?: FaultMoment | undefined }
  /** The true answer with one header of `bytes`. Default name `x-padding`. */
  | { readonly kind: "large-header"; readonly bytes: number; readonly name?: string | undefined }
  /** The true answer with headers set or removed. */
  | {
      readonly kind: "headers";
      readonly set?: Readonly<Record<string, string>> | undefined;
      readonly remove?: readonly string[] | undefined;
    }
  /** Lists answer as things were `ms` ago; single reads stay fresh. */
  | { readonly kind: "stale-list"; readonly ms: number }
  /** Reads of a single volume, snapshot, action or Droplet answer as things were `ms` ago; lists stay fresh. */
  | { readonly kind: "stale-read"; readonly ms: number }
  /**
   * The service reads another query than the one that was sent: parameters removed, set, or lowered where they are
   * numbers above `atMost`, such as a page size that is cut without a word. The request target stays, and with it
   * what a client signed.
   */
  | {
      readonly kind: "query";
      readonly remove?: readonly string[] | undefined;
      readonly set?: Readonly<Record<string, string>> | undefined;
      /** Parameters that are lowered to this where they are larger. */
      readonly atMost?: Readonly<Record<string, number>> | undefined;
    }
  /** The true answer with a `Date` header that is off by `offsetMs`, or is `value` to the letter. */
  | {
      readonly kind: "wrong-date";
      readonly offsetMs?: number | undefined;
      readonly value?: string | undefined;
    };

/** An answer that a fault gives. */
export interface FaultAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Added to the provider's usual headers; a value here wins. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A JSON value, or text when it is a string. Default: what the provider itself answers with that status. */
  readonly body?: unknown;
}

/** One fault: when it strikes and what it does. Serialisable as JSON (a RegExp is written as `{ regexp, flags }`). */
export type Fault = FaultRule & FaultEffect;

/** The names of all kinds, in the order of the documentation. */
export type FaultKind = FaultEffect["kind"];
