import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import { apiError } from "./errors.ts";
import type { ActionType } from "./records.ts";

/** Absent, null and empty all mean "not given": clients write keys that they have no value for. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value === "" || value === null ? undefined : value));
const size = z
  .number()
  .nullish()
  .transform((value) => (value === 0 || value === null ? undefined : value));
const tags = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
/** An integer, or one written as a string, as some clients do. */
const droplet = z
  .union([z.int(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === "" || value === undefined ? undefined : Number(value)));

export interface CreateVolumeBody {
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  readonly size_gigabytes?: number | undefined;
  readonly description?: string | undefined;
  readonly snapshot_id?: string | undefined;
  readonly filesystem_type?: string | undefined;
  readonly filesystem_label?: string | undefined;
  readonly tags: readonly string[];
}

export interface CreateSnapshotBody {
  readonly name?: string | undefined;
  readonly tags: readonly string[];
}

export interface ActionBody {
  readonly type?: ActionType | undefined;
  readonly droplet_id?: number | undefined;
  readonly size_gigabytes?: number | undefined;
  readonly region?: string | undefined;
  readonly volume_name?: string | undefined;
  readonly tags: readonly string[];
}

export interface CreateDropletBody {
  readonly name?: string | undefined;
  /** Several Droplets at once. */
  readonly names?: readonly string[] | undefined;
  readonly region?: string | undefined;
  readonly size?: string | undefined;
  /** A slug, or the number of an image or snapshot. */
  readonly image?: string | number | undefined;
  readonly volumes: readonly string[];
  readonly tags: readonly string[];
  readonly backups?: boolean | undefined;
  readonly ipv6?: boolean | undefined;
  readonly monitoring?: boolean | undefined;
  readonly private_networking?: boolean | undefined;
}

export interface DropletActionBody {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

export interface CreateTagBody {
  readonly name?: string | undefined;
}

export interface TagResourcesBody {
  readonly resources: readonly { readonly resource_id: string; readonly resource_type: string }[];
}

const snapshotId = z.union([text, z.int().transform(String)]);

export const createVolumeBody: z.ZodType<CreateVolumeBody> = z.object({
  name: text,
  region: text,
  size_gigabytes: size,
  description: text,
  snapshot_id: snapshotId,
  filesystem_type: text,
  filesystem_label: text,
  tags,
});

export const createSnapshotBody: z.ZodType<CreateSnapshotBody> = z.object({ name: text, tags });

export const actionBody: z.ZodType<ActionBody> = z.object({
  type: z.enum(["attach", "detach", "resize"]).optional().catch(undefined),
  droplet_id: droplet,
  size_gigabytes: size,
  region: text,
  volume_name: text,
  tags,
});

const names = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

export const createDropletBody: z.ZodType<CreateDropletBody> = z.object({
  name: text,
  names,
  region: text,
  size: text,
  image: z.union([text, z.int()]),
  volumes: tags,
  tags,
  backups: flag,
  ipv6: flag,
  monitoring: flag,
  private_networking: flag,
});

export const dropletActionBody: z.ZodType<DropletActionBody> = z.object({ type: text, name: text });

export const createTagBody: z.ZodType<CreateTagBody> = z.object({ name: text });

export const tagResourcesBody: z.ZodType<TagResourcesBody> = z.object({
  resources: z.array(
    z.object({
      resource_id: z.union([z.string(), z.int().transform(String)]),
      resource_type: z.string(),
    }),
  ),
});

/** The body of a request; a body that is not JSON, or in which a member has another type, is answered with 400. */
export function readBody<Body>(schema: z.ZodType<Body>, request: ServiceRequest): Body {
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
