import * as z from "zod";

/** Input that does not have the documented shape. The message names each place and what is allowed there. */
export class InvalidInput extends Error {
  /** Always `InvalidInput`. */
  override readonly name = "InvalidInput";
}

/**
 * `z.strictObject`, but for its type: that one keeps the comments of the fields in the declarations that are published,
 * where people look for them.
 */
export function strictObject<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape) as unknown as z.ZodObject<Shape, z.core.$strict>;
}

/** Schemas of values that options, seeds and faults of every provider have, each with its words for what is allowed. */
export const text: z.ZodString = z.string().min(1, "must not be empty");
export const whole: z.ZodInt = z.int("must be a whole number").min(0, "must be 0 or more");
export const positive: z.ZodInt = z.int("must be a whole number").min(1, "must be 1 or more");
export const milliseconds: z.ZodNumber = z
  .number("must be milliseconds, 0 or more")
  .min(0, "must be 0 ms or more");
export const dateTime: z.ZodISODateTime = z.iso.datetime({
  offset: true,
  error: "must be ISO 8601, such as 2026-08-01T10:00:00Z",
});
export const lowerCaseUuid: z.ZodString = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a lower-case UUID");
/** The source of a regular expression. */
export const regularExpression: z.ZodString = z
  .string()
  .refine((source) => isRegularExpression(source), "must be a valid regular expression");
/** A base URL, without slashes at its end. */
export const httpUrl: z.ZodURL = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .overwrite((url) => url.replace(/\/+$/, ""));

/** For a text that has at most so many characters: code points, where `.max` counts some of them as two. */
export const atMost =
  (characters: number) =>
  (value: string): boolean =>
    [...value].length <= characters;

/** Whether `new RegExp` takes them. */
export function isRegularExpression(source: string, flags?: string): boolean {
  try {
    return new RegExp(source, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

function place(root: string, path: readonly PropertyKey[]): string {
  let text = root;
  for (const key of path) text += typeof key === "number" ? `[${key}]` : `.${String(key)}`;
  return text;
}

function describe(root: string, issue: z.core.$ZodIssue): string {
  const where = place(root, issue.path);
  if (issue.code === "invalid_value") {
    return `${where}: must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}${found(issue)}`;
  }
  return `${where}: ${issue.message}${found(issue)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

/** What a value of the wrong type or with other keys must be, where its schema has no words for it. */
function typeText(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys.map((key) => JSON.stringify(key)).join(", ");
    const allowed =
      issue.inst instanceof z.ZodObject ? `, allowed: ${Object.keys(issue.inst.shape).join(", ")}` : "";
    return `unknown ${unknown}${allowed}`;
  }
  return issue.code === "invalid_type" ? `must be ${KINDS[issue.expected] ?? issue.expected}` : undefined;
}

/** `, not "nyc9"`, where it is a short value and not a whole object that is wrong. */
function found({ code, input }: z.core.$ZodIssue): string {
  if (input === undefined) return code === "invalid_type" ? ", and is missing" : "";
  const text = input === null || typeof input !== "object" ? JSON.stringify(input) : undefined;
  return text === undefined || text.length > 80 ? "" : `, not ${text}`;
}

/**
 * The ids that the lists of a seed give. Throws `InvalidInput` naming the place of one that stands there twice, or is taken.
 * @param seed its lists, by their names
 */
export function idsOfSeed(
  seed: Readonly<Record<string, readonly { readonly id?: string | undefined }[]>>,
  isTaken: (id: string) => boolean,
): ReadonlySet<string> {
  const given = new Set<string>();
  for (const [name, items] of Object.entries(seed))
    for (const [index, { id }] of items.entries()) {
      if (id === undefined) continue;
      if (given.has(id) || isTaken(id)) throw new InvalidInput(`seed.${name}[${index}].id: ${id} is taken`);
      given.add(id);
    }
  return given;
}

/** Checks `value` and returns it parsed, or throws `InvalidInput`. `root` is how messages call the whole value. */
export function check<Output>(schema: z.ZodType<Output>, value: unknown, root: string): Output {
  const result = schema.safeParse(value, { reportInput: true, error: typeText });
  if (result.success) return result.data;
  throw new InvalidInput(result.error.issues.map((issue) => describe(root, issue)).join("; "));
}
