import * as z from "zod";
import type { AccessKey } from "./auth.ts";
import type { FailureRule, SamsungScpOptions, ServerOptions, VolumeTypeOptions } from "./options.ts";
import type { ApiVersion } from "./versions.ts";

const text = z.string().min(1, "must not be empty");
const whole = z.int("must be a whole number").min(0, "must be 0 or more");
const limit = z.int("must be a whole number").min(-1, "must be -1 (none) or more");
const milliseconds = z.number("must be milliseconds, 0 or more").min(0, "must be 0 ms or more");
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a lower-case UUID");
const date = z.string().regex(/^(\d{4}-\d{2}-\d{2})?$/, "must be YYYY-MM-DD or empty");
const version = z.string().regex(/^\d{1,4}\.\d{1,4}$/, "must be major.minor, for example 1.3");
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** A rule for work that is to fail. */
export const failureRule: z.ZodType<FailureRule> = z.strictObject({
  work: z.enum([
    "createVolume",
    "createSnapshot",
    "deleteVolume",
    "deleteSnapshot",
    "extendVolume",
    "revertVolume",
    "attachVolume",
    "detachVolume",
  ]),
  name: z.string().refine(compiles, "must be a regular expression").optional(),
  count: z.int("must be a whole number").min(1, "must be 1 or more").optional(),
  outcome: z.enum(["error", "undone"]).optional(),
});

const serverOptions: z.ZodType<ServerOptions> = z.strictObject({
  id: uuid.optional(),
  name: text.optional(),
  zone: text.optional(),
  windows: z.boolean().optional(),
  osDiskSize: z.int("must be GiB, a whole number").min(1, "must be 1 or more").optional(),
});

const volumeType: z.ZodType<VolumeTypeOptions> = z.strictObject({
  id: uuid.optional(),
  name: text,
  description: z.string().nullable().optional(),
  multiattach: z.boolean().optional(),
  provisioned: z.boolean().optional(),
});

const accessKey: z.ZodType<AccessKey> = z.strictObject({
  accessKey: text,
  secretKey: text,
  accountId: text.optional(),
  userId: text.optional(),
  actions: z.array(text).readonly().optional(),
});

const apiVersion: z.ZodType<ApiVersion> = z.strictObject({
  id: version,
  status: z.enum(["CURRENT", "SUPPORTED", "DEPRECATED", "PLANNED"]).optional(),
  notBefore: date.optional(),
  releasedOn: date.optional(),
});

const durations = z.strictObject({
  volumeCreate: milliseconds.exactOptional(),
  snapshotCreate: milliseconds.exactOptional(),
  volumeDelete: milliseconds.exactOptional(),
  snapshotDelete: milliseconds.exactOptional(),
  extend: milliseconds.exactOptional(),
  revert: milliseconds.exactOptional(),
  reserve: milliseconds.exactOptional(),
  attach: milliseconds.exactOptional(),
  detach: milliseconds.exactOptional(),
  qos: milliseconds.exactOptional(),
});

const quotas = z.strictObject({
  volumes: limit.exactOptional(),
  snapshots: limit.exactOptional(),
  gigabytes: limit.exactOptional(),
  perVolumeSize: limit.exactOptional(),
});

const races = z.strictObject({
  snapshotDeleteAfterCreateMs: milliseconds.exactOptional(),
  volumeDeleteAfterSnapshotDeleteMs: milliseconds.exactOptional(),
  status: z.literal([400, 409, 500]).exactOptional(),
  transferStatus: z.literal([202, 400, 500]).exactOptional(),
});

/** The options as data, for a file and for callers without types. */
export const optionsSchema: z.ZodType<SamsungScpOptions> = z.strictObject({
  region: text.optional(),
  environment: z.enum(["s", "g", "e"]).optional(),
  accessKey: text.optional(),
  secretKey: text.optional(),
  accessKeys: z.array(accessKey).readonly().optional(),
  servers: z
    .array(z.union([uuid, serverOptions], "must be a lower-case UUID or an object"))
    .readonly()
    .optional(),
  publicUrl: httpUrl.optional(),
  versions: z.array(apiVersion).min(1, "must have at least one version").readonly().optional(),
  expiredVersions: z.enum(["serve", "refuse"]).optional(),
  operationVersions: z.record(z.string(), z.array(version).readonly()).optional(),
  clockSkewMs: z.union([milliseconds, z.literal(false)], "must be milliseconds or false").optional(),
  durations: durations.optional(),
  races: races.optional(),
  failures: z.array(failureRule).readonly().optional(),
  volumeTypes: z.array(volumeType).min(1, "must have at least one type").readonly().optional(),
  defaultVolumeType: text.optional(),
  quotas: quotas.optional(),
  quotaStatus: z.literal([400, 403, 409, 413, 422]).optional(),
  quotaBody: z.enum(["service", "cinder"]).optional(),
  quotaExtraKeys: z.boolean().optional(),
  nameFilter: z.enum(["exact", "partial"]).optional(),
  goneMarker: z.literal([400, 404, "empty", "first"]).optional(),
  createdState: z.enum(["creating", "available"]).optional(),
  cascadeConflictStatus: z.literal([400, 409]).optional(),
  conflictStatus: z.literal([400, 409]).optional(),
  timestamps: z.enum(["zoned", "zoneless"]).optional(),
  snapshotDefaultLimit: whole.optional(),
  snapshotMaxLimit: whole.optional(),
  strictMetadata: z.boolean().optional(),
  qosStatus: z.literal([200, 202, 204]).optional(),
});
