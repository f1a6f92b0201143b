import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import type { Minor } from "./api-versions.ts";
import { badRequest, noRoute, refusal } from "./responses.ts";

export const GENERIC =
  "The server could not comply with the request since it is either malformed or otherwise incorrect.";
const MAX_BYTES = 114_688;

/** Trimmed by the service before anything else looks at it. */
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim())
  .refine((value) => value === undefined || [...value].length <= 255, "is too long");
const uuid = z.string().nullish();
const metadata = z.record(
  z.string().regex(/^[a-zA-Z0-9\-_:. /]{1,255}$/, "does not match"),
  z.string().max(255, "is too long"),
);
const size = z.union([
  z.int(),
  z
    .string()
    .regex(/^[1-9]\d*$/)
    .transform(Number),
]);

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
export const metaBody = metadata;

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
  if (value === undefined) throw badRequest(invalid("body", whole, `'${member}' is a required property`));
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
  const found = path.reduce<unknown>((inner, key) => Object(inner)[key], value);
  if (found === undefined && path.length > 0)
    throw badRequest(invalid(member, value, `'${path.at(-1)}' is a required property`));
  throw badRequest(invalid(path.at(-1) ?? member, found, reasonOf(found, issue)));
}

function reasonOf(found: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (typeof found === "string" && issue?.message === "is too long") return `${python(found)} is too long`;
  if (typeof found === "number" && Number.isInteger(found)) return `${found} is less than the minimum of 1`;
  return `${python(found)} is not valid under any of the given schemas`;
}

/** How the service words what its schemas refuse. */
export function invalid(field: string, value: unknown, reason: string): string {
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
