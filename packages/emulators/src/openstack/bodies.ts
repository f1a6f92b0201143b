import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import { badRequest, noRoute, refusal } from "./responses.ts";
import * as values from "./values.ts";

const MAX_BYTES = 114_688;

export const createVolumeBody = z.looseObject({
  name: values.trimmed,
  description: values.trimmed,
  display_name: values.trimmed,
  display_description: values.trimmed,
  volume_type: values.short,
  metadata: values.metadata("object", "null").nullish(),
  snapshot_id: values.uuidOrNull,
  source_volid: values.uuidOrNull,
  consistencygroup_id: values.uuidOrNull,
  size: values.size("integer", "string", "null").nullish(),
  availability_zone: values.zoneName,
  multiattach: values.flagOrNull,
  imageRef: values.short,
  group_id: values.short,
  backup_id: values.uuidOrNull,
});
export const updateVolumeBody = z.looseObject({
  name: values.trimmed,
  description: values.trimmed,
  display_name: values.trimmed,
  display_description: values.trimmed,
  metadata: values.metadata("object").optional(),
});
export const createSnapshotBody = z.looseObject({
  name: values.shortTrimmed,
  display_name: values.shortTrimmed,
  description: values.shortTrimmed,
  volume_id: values.uuidOrNull,
  force: values.flag.optional(),
  metadata: values.metadata("object", "null").nullish(),
});
export const updateSnapshotBody = z.looseObject({
  name: values.shortTrimmed,
  description: values.shortTrimmed,
  display_name: values.shortTrimmed,
  display_description: values.shortTrimmed,
});

export const pairs = values.metadata("object");

/** The JSON of a request. Throws what the service says of what is none. */
export function readJson({ body, headers }: ServiceRequest): unknown {
  if (Buffer.byteLength(body) > MAX_BYTES) throw noRoute(413);
  if (!(headers.get("content-type") ?? "").startsWith("application/json"))
    throw body === "" ? badRequest("Malformed request body") : refusal(415, "Unsupported Content-Type");
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest("Malformed request body");
  }
}

/** What a body must be, besides what its schema says. */
export interface Rules {
  /** Whether members that nobody knows are refused. Default true. */
  readonly isStrict?: boolean;
  readonly required?: readonly string[];
  /** At least one of these. */
  readonly oneOf?: readonly string[];
  /** What may stand beside the member. */
  readonly beside?: readonly string[];
}

/** The one member of a body, checked. */
export function readMember<Schema extends z.ZodType>(
  request: ServiceRequest,
  member: string,
  schema: Schema,
  rules: Rules = {},
): z.output<Schema> {
  const whole = readJson(request);
  if (!isObject(whole)) throw badRequest(`${values.python(whole)} is not of type 'object'`);
  const value = whole[member];
  if (value === undefined) throw badRequest(`'${member}' is a required property`);
  const found = checkMember(value, member, schema, rules);
  const beside = Object.keys(whole).filter((key) => key !== member && !rules.beside?.includes(key));
  if (beside.length > 0) throw badRequest(unexpected(beside));
  return found;
}

/** The value of a member, checked. */
export function checkMember<Schema extends z.ZodType>(
  value: unknown,
  member: string,
  schema: Schema,
  { isStrict = true, required = [], oneOf }: Rules = {},
): z.output<Schema> {
  const refused = (field: string, found: unknown, reason: string): Error =>
    badRequest(values.invalid(field, found, reason));
  if (!isObject(value)) throw refused(member, value, `${values.python(value)} is not of type 'object'`);
  const missing = required.find((key) => value[key] === undefined);
  if (missing !== undefined) throw refused(member, value, `'${missing}' is a required property`);
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = issue?.path.map(String) ?? [];
    const at = (keys: readonly string[]): unknown =>
      keys.reduce<unknown>((inner, key) => Object(inner)[key], value);
    if (issue?.code === "invalid_key") {
      const regex = "^[a-zA-Z0-9-_:. /]{1,255}$";
      const holder = path.slice(0, -1);
      const reason = `'${path.at(-1)}' does not match any of the regexes: '${regex}'`;
      throw refused(holder.at(-1) ?? member, at(holder), reason);
    }
    throw refused(path.at(-1) ?? member, at(path), issue?.message ?? "");
  }
  const known = schema instanceof z.ZodObject ? schema.shape : value;
  const unknown = Object.keys(value).filter((key) => known[key] === undefined);
  if (isStrict && unknown.length > 0) throw refused(member, value, unexpected(unknown));
  if (oneOf?.every((key) => value[key] === undefined))
    throw refused(member, value, `${values.python(value)} is not valid under any of the given schemas`);
  return result.data;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws what the service says of a name or description that is too long once it is trimmed. */
export function checkLengths(
  fields: Readonly<Record<"name" | "description", string | null | undefined>>,
): void {
  for (const [field, value] of Object.entries(fields)) {
    const length = [...(value ?? "")].length;
    if (length > 255)
      throw badRequest(`Invalid input received: ${field} has ${length} characters, more than 255.`);
  }
}

/** A size that may be written as text. */
export function sizeOf(size: number | string | null | undefined): number | undefined {
  if (size === null || size === undefined || typeof size === "number") return size ?? undefined;
  if (/^[1-9]\d*$/.test(size)) return Number(size);
  throw badRequest(
    `Invalid input received: Invalid volume size provided for create request: ${size} ` +
      "(size argument must be an integer (or string representation of an integer) and greater than zero).",
  );
}

const unexpected = (names: readonly string[]): string =>
  `Additional properties are not allowed (${names.map((name) => `'${name}'`).join(", ")} ${names.length === 1 ? "was" : "were"} unexpected)`;
