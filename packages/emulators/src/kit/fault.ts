import * as z from "zod";
import { check, isRegularExpression, milliseconds, positive, strictObject, whole } from "./validation.ts";

const texts = z.record(z.string(), z.string("must be a string")).readonly();
const moment = z.enum(["before", "after"]).optional();
const time = z.enum(["clock", "real"]).optional();
const status = z
  .int("must be an HTTP status from 200 to 599")
  .min(200, "must be an HTTP status from 200 to 599")
  .max(599, "must be an HTTP status from 200 to 599");

const pattern = strictObject({
  /** Source of the expression. */
  regexp: z.string(),
  /** Such as `i`. */
  flags: z.string().optional(),
}).refine(({ regexp, flags }) => isRegularExpression(regexp, flags), "must be a valid regular expression");

const match = strictObject({
  /** One method or several, in any case. */
  method: z
    .union([z.string(), z.array(z.string()).readonly()], "must be a method or a list of methods")
    .optional(),
  /**
   * The decoded path without the query: exact, or a glob in which `*` stands for anything but a slash and `**` for
   * anything; or a regular expression (`{ regexp, flags }` in JSON). One trailing slash of the request is ignored.
   */
  path: z
    .union([z.string(), z.instanceof(RegExp), pattern], "must be a path, a glob or { regexp, flags }")
    .optional(),
  /** Query parameters, by name; the value is exact or a glob in which `*` stands for anything. */
  query: texts.optional(),
  /** Request headers, by name; the value is exact or a glob in which `*` stands for anything. */
  header: texts.optional(),
  /** Text that the request body contains. */
  bodyIncludes: z.string().optional(),
});

const rule = strictObject({
  /** For `list` and removal; made up when absent. */
  id: z.string().min(1, "must not be empty").optional(),
  /** Which requests it strikes. Default: every one. */
  match: match.optional(),
  /**
   * Sleeps until a request arrives that fits this, whatever becomes of that request; each further one begins anew.
   * Default: awake from the moment it is added.
   */
  after: match.optional(),
  /** Begins so many milliseconds after it is awake, on the emulator's clock. Default 0. */
  afterMs: milliseconds.optional(),
  /** Strikes for so many milliseconds from then on, on the emulator's clock. Default: without end. */
  forMs: milliseconds.optional(),
  /** Lets this many matching requests pass first. Default 0. */
  skip: whole.optional(),
  /** Strikes this many times, then never again. Default: without end. */
  count: positive.optional(),
  /**
   * Strikes only the first so many arrivals of one and the same request (method, target and body), so that
   * repeating it succeeds. Default: no such limit.
   */
  perRequest: positive.optional(),
  /** Chance that a matching request is struck, 0 to 1. Default 1. */
  probability: z
    .number("must be a number from 0 to 1")
    .min(0, "must be 0 to 1")
    .max(1, "must be 0 to 1")
    .optional(),
  /** Seed of that chance. Default: from the emulator's seed and the position of the fault. */
  seed: z.int("must be a whole number").optional(),
});

const answer = strictObject({
  /** HTTP status. */
  status,
  /** Added to the provider's usual headers; a value here wins. */
  headers: texts.optional(),
  /** A JSON value, or text when it is a string. Default: what the provider itself answers with that status. */
  body: z.unknown().optional(),
});

/** Which requests a fault strikes. Every member that is given must hold; an empty match is every request. */
export interface FaultMatch extends Readonly<z.input<typeof match>> {}

/** A regular expression as JSON. */
export interface FaultPattern extends Readonly<z.input<typeof pattern>> {}

/** When a fault strikes. A request meets at most one fault: the first, in the order of adding, that strikes. */
export interface FaultRule extends Readonly<z.input<typeof rule>> {}

/** An answer that a fault gives. */
export interface FaultAnswer extends Readonly<z.input<typeof answer>> {}

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

/** One fault: when it strikes and what it does. Serialisable as JSON (a RegExp is written as `{ regexp, flags }`). */
export type Fault = FaultRule & FaultEffect;

/** The names of all kinds, in the order of the documentation. */
export type FaultKind = FaultEffect["kind"];

const kinds = [
  z.strictObject({ ...rule.shape, kind: z.literal("refuse") }),
  z.strictObject({ ...rule.shape, kind: z.literal("cut-before") }),
  z.strictObject({ ...rule.shape, kind: z.literal("cut-after") }),
  z.strictObject({ ...rule.shape, kind: z.literal("delay-before"), ms: milliseconds, time }),
  z.strictObject({ ...rule.shape, kind: z.literal("delay-after"), ms: milliseconds, time }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("commit-late"),
    ms: milliseconds,
    answer: answer.optional(),
  }),
  z.strictObject({ ...rule.shape, kind: z.literal("slow-body"), bytes: positive, everyMs: milliseconds }),
  z.strictObject({ ...rule.shape, kind: z.literal("answer"), when: moment, ...answer.shape }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("truncate"),
    bytes: whole.optional(),
    cut: z.boolean().optional(),
  }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("wrong-json"),
    at: z.string().min(1).optional(),
    value: z.unknown().optional(),
  }),
  z.strictObject({ ...rule.shape, kind: z.literal("html"), status: status.optional(), when: moment }),
  z.strictObject({ ...rule.shape, kind: z.literal("endless-body"), when: moment }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("large-body"),
    bytes: positive,
    chunked: z.boolean().optional(),
    when: moment,
  }),
  z.strictObject({ ...rule.shape, kind: z.literal("bomb"), bytes: positive, when: moment }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("large-header"),
    bytes: positive,
    name: z.string().optional(),
  }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("headers"),
    set: texts.optional(),
    remove: z.array(z.string()).optional(),
  }),
  z.strictObject({ ...rule.shape, kind: z.literal("stale-list"), ms: milliseconds }),
  z.strictObject({ ...rule.shape, kind: z.literal("stale-read"), ms: milliseconds }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("query"),
    remove: z.array(z.string()).optional(),
    set: texts.optional(),
    atMost: z.record(z.string(), whole).optional(),
  }),
  z.strictObject({
    ...rule.shape,
    kind: z.literal("wrong-date"),
    offsetMs: z.number().optional(),
    value: z.string().optional(),
  }),
] as const;

const names = kinds.map((kind) => kind.shape.kind.value).join(", ");
const fault: z.ZodType<Fault> = z.discriminatedUnion("kind", kinds, {
  error: (issue) =>
    issue.code === "invalid_union" ? `must be one of ${names}` : "must be an object with a kind",
});
const list: z.ZodType<Fault[]> = z.array(fault, "must be a list of faults");

/** Checks one fault, or throws `InvalidInput` naming the place and what is allowed. */
export function parseFault(value: unknown, root: string = "fault"): Fault {
  return check(fault, value, root);
}

/** Checks one fault or a list of them, as a faults file or the control path gives them. */
export function parseFaults(value: unknown, root: string = "faults"): Fault[] {
  return Array.isArray(value) ? check(list, value, root) : [parseFault(value, root)];
}
