/** Values of request bodies, as zod schemas whose messages are what the service's own schemas say. */
import * as z from "zod";
import { atMost } from "../kit/validation.ts";

/** The words for a value that does not fit. */
interface Words {
  readonly error: (issue: { readonly input?: unknown }) => string;
}

const said = (reason: string): Words => ({ error: ({ input }) => `${python(input)} ${reason}` });
const notOf = (...types: readonly string[]): Words =>
  said(`is not of type ${types.map((type) => `'${type}'`).join(", ")}`);

const NO_SCHEMA = said("is not valid under any of the given schemas");
const TOO_LONG = said("is too long");
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const MOST_GIB = 2_147_483_647;

/** A name or description of a volume: trimmed before anything else looks at it. */
export const trimmed = z
  .string(notOf("string", "null"))
  .nullish()
  .transform((value) => value?.trim() ?? value);
export const short = z.string(notOf("string", "null")).refine(atMost(255), TOO_LONG).nullish();
/** A name or description of a snapshot, whose length counts before it is trimmed. */
export const shortTrimmed = short.transform((value) => value?.trim() ?? value);
export const zoneName = z.string(notOf("string", "null")).min(1, said("is too short")).nullish();
export const uuidOrNull = z.string(NO_SCHEMA).regex(UUID, NO_SCHEMA).nullish();
export const serverId = z.string(notOf("string")).regex(UUID, said("is not a 'uuid'")).optional();
export const hostName = z.string(notOf("string")).refine(atMost(255), TOO_LONG).optional();
export const mountpoint = z
  .string(notOf("string"))
  .min(1, said("is too short"))
  .refine(atMost(255), TOO_LONG);
export const attachMode = z.enum(["rw", "ro"], said("is not one of ['rw', 'ro']")).optional();

/** Metadata, with the types that the service names where it is none. */
export const metadata = (...types: readonly string[]): z.ZodType<Record<string, string>> =>
  z.record(
    z.string().regex(/^[a-zA-Z0-9\-_:. /]{1,255}$/),
    z.string(notOf("string")).refine(atMost(255), TOO_LONG),
    notOf(...types),
  );

const TRUE = ["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t"];
const FALSE = ["False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"];
const notFlag: Words = {
  error: ({ input }) =>
    typeof input === "string"
      ? `${python(input)} is not one of ${python([true, ...TRUE, false, ...FALSE])}`
      : notOf("boolean", "string").error({ input }),
};
const flagOr = (words: Words): z.ZodType<boolean> =>
  z
    .union([z.boolean(), z.enum([...TRUE, ...FALSE])], words)
    .transform((value) => value === true || TRUE.includes(String(value)));
export const flag = flagOr(notFlag);
export const flagOrNull = flagOr(NO_SCHEMA).nullish();

/** A size, also as digits; what was given, in its own spelling. `types`: those that the service names. */
export const size = (...types: readonly string[]): z.ZodType<number | string> =>
  z.custom<number | string>((value) => wrongSize(value, types) === undefined, {
    error: ({ input }) => wrongSize(input, types) ?? "",
  });

function wrongSize(value: unknown, types: readonly string[]): string | undefined {
  if (typeof value !== "string" && !Number.isInteger(value)) return notOf(...types).error({ input: value });
  if (typeof value === "string" && !/^[0-9]+$/.test(value)) return `'${value}' does not match '^[0-9]+$'`;
  if (Number(value) < 1) return `${Number(value)} is less than the minimum of 1`;
  return Number(value) > MOST_GIB ? `${Number(value)} is greater than the maximum of ${MOST_GIB}` : undefined;
}

/** How the service words what its schemas refuse. */
export function invalid(field: string, value: unknown, reason: string): string {
  return `Invalid input for field/attribute ${field}. Value: ${python(value, true)}. ${reason}`;
}

/** A value as Python writes it. */
export function python(value: unknown, bare = false): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return bare ? value : `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((each) => python(each)).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, each]) => `'${key}': ${python(each)}`)
      .join(", ")}}`;
  return String(value);
}
