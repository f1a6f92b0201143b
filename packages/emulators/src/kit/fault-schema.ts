import * as z from "zod";
import type { Fault } from "./fault.ts";
import { check, isRegularExpression, milliseconds, positive, whole } from "./validation.ts";

const texts = z.record(z.string(), z.string("must be a string"));
const moment = z.enum(["before", "after"]).optional();
const time = z.enum(["clock", "real"]).optional();
const status = z
  .int("must be an HTTP status from 200 to 599")
  .min(200, "must be an HTTP status from 200 to 599")
  .max(599, "must be an HTTP status from 200 to 599");

const pattern = z
  .strictObject({ regexp: z.string(), flags: z.string().optional() })
  .refine(({ regexp, flags }) => isRegularExpression(regexp, flags), "must be a valid regular expression");

const match = z.strictObject({
  method: z.union([z.string(), z.array(z.string())], "must be a method or a list of methods").optional(),
  path: z
    .union([z.string(), z.instanceof(RegExp), pattern], "must be a path, a glob or { regexp, flags }")
    .optional(),
  query: texts.optional(),
  header: texts.optional(),
  bodyIncludes: z.string().optional(),
});

const rule = {
  id: z.string().min(1, "must not be empty").optional(),
  match: match.optional(),
  after: match.optional(),
  afterMs: milliseconds.optional(),
  forMs: milliseconds.optional(),
  skip: whole.optional(),
  count: positive.optional(),
  perRequest: positive.optional(),
  probability: z
    .number("must be a number from 0 to 1")
    .min(0, "must be 0 to 1")
    .max(1, "must be 0 to 1")
    .optional(),
  seed: z.int("must be a whole number").optional(),
};

const answer = { status, headers: texts.optional(), body: z.unknown().optional() };

const kinds = [
  z.strictObject({ ...rule, kind: z.literal("refuse") }),
  z.strictObject({ ...rule, kind: z.literal("cut-before") }),
  z.strictObject({ ...rule, kind: z.literal("cut-after") }),
  z.strictObject({ ...rule, kind: z.literal("delay-before"), ms: milliseconds, time }),
  z.strictObject({ ...rule, kind: z.literal("delay-after"), ms: milliseconds, time }),
  z.strictObject({
    ...rule,
    kind: z.literal("commit-late"),
    ms: milliseconds,
    answer: z.strictObject(answer).optional(),
  }),
  z.strictObject({ ...rule, kind: z.literal("slow-body"), bytes: positive, everyMs: milliseconds }),
  z.strictObject({ ...rule, kind: z.literal("answer"), when: moment, ...answer }),
  z.strictObject({
    ...rule,
    kind: z.literal("truncate"),
    bytes: whole.optional(),
    cut: z.boolean().optional(),
  }),
  z.strictObject({
    ...rule,
    kind: z.literal("wrong-json"),
    at: z.string().min(1).optional(),
    value: z.unknown().optional(),
  }),
  z.strictObject({ ...rule, kind: z.literal("html"), status: status.optional(), when: moment }),
  z.strictObject({ ...rule, kind: z.literal("endless-body"), when: moment }),
  z.strictObject({
    ...rule,
    kind: z.literal("large-body"),
    bytes: positive,
    chunked: z.boolean().optional(),
    when: moment,
  }),
  z.strictObject({ ...rule, kind: z.literal("bomb"), bytes: positive, when: moment }),
  z.strictObject({ ...rule, kind: z.literal("large-header"), bytes: positive, name: z.string().optional() }),
  z.strictObject({
    ...rule,
    kind: z.literal("headers"),
    set: texts.optional(),
    remove: z.array(z.string()).optional(),
  }),
  z.strictObject({ ...rule, kind: z.literal("stale-list"), ms: milliseconds }),
  z.strictObject({ ...rule, kind: z.literal("stale-read"), ms: milliseconds }),
  z.strictObject({
    ...rule,
    kind: z.literal("query"),
    remove: z.array(z.string()).optional(),
    set: texts.optional(),
    atMost: z.record(z.string(), whole).optional(),
  }),
  z.strictObject({
    ...rule,
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
