import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import type { Minor } from "./api-versions.ts";
import { badRequest, MALFORMED, noRoute, refusal } from "./responses.ts";

const MAX_BYTES = 114_688;

/** Trimmed by the service before anything else looks at it. */
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim());
const uuid = z.string().nullish();
const metadata = z.record(
  z.string().regex(/^[a-zA-Z0-9\-_:. /]{1,255}$/),
  z.string().max(255, "is too long"),
);
const size = z.union([z.int().min(1), z.string()]);

export const createVolumeBody = z.looseObject({
  size: size.nullish(),
  name: text,
  description: text,
  metadata: metadata.nullish(),
  volume_type: z.string().nullish(),
  availability_zone: z.string().nullish(),
  snapshot_id: uuid,
  source_volid: uuid,
  multiattach: z.boolean().nullish(),
});
export const updateVolumeBody = z.looseObject({
  name: text,
  description: text,
  metadata: metadata.nullish(),
});
export const createSnapshotBody = z.looseObject({
  volume_id: z.string().nullable(),
  name: text,
  description: text,
  metadata: metadata.nullish(),
  force: z.union([z.boolean(), z.string()]).optional(),
});
export const updateSnapshotBody = z.looseObject({ name: text, description: text });
export const metadataBody = metadata;

/** Members that the service knows and this emulator does not act on. */
const KNOWN_MORE: Readonly<Record<string, readonly string[]>> = {
  volume: [
    "consistencygroup_id",
    "imageRef",
    "group_id",
    "backup_id",
    "user_id",
    "project_id",
    "status",
    "attach_status",
    "display_name",
    "display_description",
  ],
  snapshot: ["display_name", "display_description"],
};

/** The JSON of a request. Throws what the service says of what is none. */
export function readJson({ body, headers }: ServiceRequest): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(body) > MAX_BYTES) throw noRoute(413);
  if (!(headers.get("content-type") ?? "").startsWith("application/json"))
    throw body === "" ? badRequest("Malformed request body") : refusal(415, "Unsupported Content-Type");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw badRequest("Malformed request body");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw badRequest("Malformed request body");
}

/**
 * The one member of a body, checked. `strictSince`: the microversion from which members that nobody knows are refused,
 * and members beside it always are.
 */
export function readMember<Schema extends z.ZodObject>(
  request: ServiceRequest,
  member: string,
  schema: Schema,
  { version, strictSince }: { readonly version: Minor; readonly strictSince: Minor },
): z.output<Schema> {
  const whole = readJson(request);
  const value = whole[member];
  if (value === undefined) throw badRequest(`'${member}' is a required property`);
  const beside = Object.keys(whole).filter((key) => key !== member);
  if (beside.length > 0) throw badRequest(invalid("body", whole, unexpected(beside)));
  return checkMember(value, member, schema, version >= strictSince);
}

function checkMember<Schema extends z.ZodObject>(
  value: unknown,
  member: string,
  schema: Schema,
  strict: boolean,
): z.output<Schema> {
  const known = [...Object.keys(schema.shape), ...(KNOWN_MORE[member] ?? [])];
  const unknown = Object.keys(Object(value)).filter((key) => !known.includes(key));
  if (strict && unknown.length > 0) throw badRequest(invalid(member, value, unexpected(unknown)));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String) ?? [];
  const holder = path.slice(0, -1).reduce<unknown>((inner, key) => Object(inner)[key], value);
  const key = path.at(-1);
  if (issue === undefined || key === undefined) throw badRequest(MALFORMED);
  if (issue.code === "invalid_key") {
    const found = Object(holder)[path.at(-2) ?? ""] ?? holder;
    const regex = "^[a-zA-Z0-9-_:. /]{1,255}$";
    throw badRequest(
      invalid(path.at(-2) ?? member, found, `'${key}' does not match any of the regexes: '${regex}'`),
    );
  }
  const found = Object(holder)[key];
  if (found === undefined) throw badRequest(invalid(member, value, `'${key}' is a required property`));
  throw badRequest(invalid(key, found, reasonOf(found, key)));
}

/** What the service's schemas say of a value of the wrong type or out of bounds. */
function reasonOf(found: unknown, key: string): string {
  if (key === "size" && Number.isInteger(found)) return `${found} is less than the minimum of 1`;
  if (typeof found === "string") return `${python(found)} is too long`;
  const types: Readonly<Record<string, string>> = {
    size: "'integer', 'string', 'null'",
    name: "'string', 'null'",
    description: "'string', 'null'",
  };
  return `${python(found)} is not of type ${types[key] ?? "'string'"}`;
}

/** Throws what the service says of a name or description that is too long once it is trimmed. */
export function checkLengths(fields: Readonly<Record<"name" | "description", string | undefined>>): void {
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

/** How the service words what its schemas refuse. */
function invalid(field: string, value: unknown, reason: string): string {
  return `Invalid input for field/attribute ${field}. Value: ${python(value, true)}. ${reason}`;
}

const unexpected = (names: readonly string[]): string =>
  `Additional properties are not allowed (${names.map((name) => `'${name}'`).join(", ")} ${names.length === 1 ? "was" : "were"} unexpected)`;

/** A value as Python writes it. */
function python(value: unknown, bare = false): string {
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
