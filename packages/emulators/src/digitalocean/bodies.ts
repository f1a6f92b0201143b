import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import { apiError } from "./responses.ts";

/** Absent, null and empty all mean "not given": clients write keys that they have no value for. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const size = z
  .number()
  .nullish()
  .transform((value) => value || undefined);
const flag = z.boolean().nullish();
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
/** An integer, or one written as a string, as some clients do. */
const dropletId = z
  .union([z.int(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === "" || value === undefined ? undefined : Number(value)));

export const createVolumeBody = z.object({
  name: text,
  region: text,
  size_gigabytes: size,
  description: text,
  snapshot_id: z.union([text, z.int().transform(String)]),
  filesystem_type: text,
  filesystem_label: text,
  tags: list,
});
export type CreateVolumeBody = z.output<typeof createVolumeBody>;

export const createSnapshotBody = z.object({ name: text, tags: list });

export const actionBody = z.object({
  type: z.enum(["attach", "detach", "resize"]).optional().catch(undefined),
  droplet_id: dropletId,
  size_gigabytes: size,
  region: text,
  volume_name: text,
  tags: list,
});
export type ActionBody = z.output<typeof actionBody>;

export const createDropletBody = z.object({
  name: text,
  /** Several Droplets at once. */
  names: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? undefined),
  region: text,
  size: text,
  /** A slug, or the number of an image or snapshot. */
  image: z.union([text, z.int()]),
  volumes: list,
  tags: list,
  backups: flag,
  ipv6: flag,
  monitoring: flag,
  private_networking: flag,
});

export const dropletActionBody = z.object({ type: text, name: text });

export const createTagBody = z.object({ name: text });

export const tagResourcesBody = z.object({
  resources: z.array(
    z.object({
      resource_id: z.union([z.string(), z.int().transform(String)]),
      resource_type: z.string(),
    }),
  ),
});

/** The body of a request; a body that is not JSON, or in which a member has another type, is answered with 400. */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  request: ServiceRequest,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    throw apiError(400);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw apiError(400);
  return result.data;
}
