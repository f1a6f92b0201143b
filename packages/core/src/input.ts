import * as z from "zod";
import type { Limits, NameRule, SizeRule } from "./capabilities.ts";
import { PolyvolError, type PolyvolErrorCode } from "./errors.ts";
import type {
  CreateSnapshotInput,
  CreateVolumeInput,
  SnapshotQuery,
  UpdateSnapshotInput,
  VolumeQuery,
} from "./options.ts";

const text = z.string().min(1, "allowed is a text that is not empty");
const tags = z.record(z.string(), z.string());
const providerOptions = z.record(z.string(), z.record(z.string(), z.unknown()));

const createVolume = z.strictObject({
  name: text,
  region: text.optional(),
  sizeGiB: z.number().optional(),
  roundUpSize: z.boolean().optional(),
  description: z.string().optional(),
  tags: tags.optional(),
  volumeType: text.optional(),
  sourceSnapshotId: text.optional(),
  providerOptions: providerOptions.optional(),
});

const createSnapshot = z.strictObject({
  volumeId: text,
  name: text,
  description: z.string().optional(),
  tags: tags.optional(),
  allowAttached: z.boolean().optional(),
  providerOptions: providerOptions.optional(),
});

const updateSnapshot = z.strictObject({ name: text.optional(), description: z.string().optional() });
const volumeQuery = z.strictObject({ name: text.optional(), region: text.optional(), tags: tags.optional() });
const snapshotQuery = z.strictObject({
  name: text.optional(),
  volumeId: text.optional(),
  tags: tags.optional(),
});

export function checkCreateVolume(value: unknown): CreateVolumeInput {
  return check(createVolume, value) as CreateVolumeInput;
}

export function checkCreateSnapshot(value: unknown): CreateSnapshotInput {
  return check(createSnapshot, value) as CreateSnapshotInput;
}

export function checkUpdateSnapshot(value: unknown): UpdateSnapshotInput {
  const changes = check(updateSnapshot, value) as UpdateSnapshotInput;
  if (changes.name === undefined && changes.description === undefined) {
    throw refused("invalid_argument", "nothing to change; give name, description or both");
  }
  return changes;
}

export function checkVolumeQuery(value: unknown): VolumeQuery {
  return check(volumeQuery, value ?? {}) as VolumeQuery;
}

export function checkSnapshotQuery(value: unknown): SnapshotQuery {
  return check(snapshotQuery, value ?? {}) as SnapshotQuery;
}

/** What a deadline may be. */
export const TIMEOUT_IN_WORDS = "milliseconds above 0";

/** Whether it is the span of a deadline: a number above 0 that ends. */
export function isTimeout(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

/** The deadline of a call. @throws PolyvolError `invalid_argument` for what is no span of time */
export function checkTimeout(value: unknown): number {
  if (isTimeout(value)) return value;
  throw refused("invalid_argument", `timeoutMs: found ${show(value)}, allowed: ${TIMEOUT_IN_WORDS}`);
}

/** An id is any text that is not empty; whether it exists is the provider's to say. */
export function checkId(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw refused("invalid_argument", `${what}: found ${show(value)}, allowed is the id as text`);
}

export function checkName(name: string, rule: NameRule, what: string): void {
  if (!fits(name, rule, rule.pattern)) throw refusedName(name, rule, what);
}

/**
 * Checks the name of a create. Returns why nothing new can be given it when something may have it from before the
 * provider's present rule.
 */
export function checkNewName(name: string, rule: NameRule, what: string): PolyvolError | undefined {
  if (fits(name, rule, rule.pattern)) return undefined;
  const refusal = refusedName(name, rule, what);
  if (rule.formerPattern !== undefined && fits(name, rule, rule.formerPattern)) return refusal;
  throw refusal;
}

function fits(name: string, { minLength, maxLength }: NameRule, pattern: string): boolean {
  return name.length >= minLength && name.length <= maxLength && new RegExp(`^(?:${pattern})$`).test(name);
}

function refusedName(name: string, { minLength, maxLength, inWords }: NameRule, what: string): PolyvolError {
  const allowed = `${minLength} to ${maxLength} characters: ${inWords}`;
  return refused("invalid_argument", `${what}: found ${show(name)}, allowed are ${allowed}`);
}

/**
 * The size to ask for: checked, and rounded up where the caller wants that. `unbounded`: what is made of something as
 * large already, which a bound that we know of cannot forbid.
 */
export function checkSize(
  sizeGiB: unknown,
  rule: SizeRule,
  roundUp: boolean,
  what: string,
  unbounded = false,
): number {
  const { minimumGiB, maximumGiB, stepGiB } = rule;
  if (typeof sizeGiB !== "number" || !Number.isSafeInteger(sizeGiB)) {
    throw refused("invalid_argument", `${what}: found ${show(sizeGiB)}, allowed are whole GiB`);
  }
  const range = `${minimumGiB} to ${maximumGiB} GiB${stepGiB > 1 ? ` in steps of ${stepGiB}` : ""}`;
  if (sizeGiB < minimumGiB && roundUp && sizeGiB > 0) return minimumGiB;
  if (sizeGiB < minimumGiB || (sizeGiB > maximumGiB && !unbounded)) {
    const hint =
      sizeGiB > maximumGiB
        ? "; where the provider takes more, the storage's option limits (volumeSize) raises it"
        : "";
    throw refused("out_of_range", `${what}: found ${sizeGiB} GiB, allowed are ${range}${hint}`);
  }
  const below = Math.floor(sizeGiB / stepGiB) * stepGiB;
  if (below === sizeGiB) return sizeGiB;
  const above = below + stepGiB;
  if (roundUp) return above;
  const next = below < minimumGiB ? `${above}` : `${below} and ${above}`;
  throw refused(
    "out_of_range",
    `${what}: found ${sizeGiB} GiB, allowed are ${range}; the nearest are ${next}`,
  );
}

export function checkTags(found: Readonly<Record<string, string>>, limits: Limits, what: string): void {
  const rule = limits.tags;
  if (rule === undefined) return;
  const key = new RegExp(`^(?:${rule.keyPattern})$`);
  const value = new RegExp(`^(?:${rule.valuePattern})$`);
  for (const [name, content] of Object.entries(found)) {
    const fits =
      name.length <= rule.maxKeyLength &&
      content.length <= rule.maxValueLength &&
      key.test(name) &&
      value.test(content);
    if (!fits) {
      throw refused(
        "invalid_argument",
        `${what}: found ${show(name)} = ${show(content)}, allowed: ${rule.inWords}`,
      );
    }
  }
}

export function refused(code: PolyvolErrorCode, reason: string): PolyvolError {
  return new PolyvolError(code, reason, { outcome: "not_applied" });
}

function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join(".");
    const at = path === "" ? "input" : path;
    return `${at}: found ${show(valueAt(value, issue.path))}, ${issue.message.replace(/^Invalid input: /, "")}`;
  });
  throw refused("invalid_argument", problems.join("; "));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** A value for an error message: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
