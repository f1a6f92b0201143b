import * as z from "zod";
import type { EmulatorOptions } from "../kit/emulator.ts";
import { httpUrl, milliseconds, positive, text, whole } from "../kit/validation.ts";
import type { DigitalOceanOptions } from "./options.ts";
import { isScope } from "./scopes.ts";

/** The options that are data; clock, faults and the like have options of their own on the command line. */
export type OptionsData = Omit<DigitalOceanOptions, keyof EmulatorOptions>;

const scope = z.string().refine(isScope, "must be a scope such as block_storage:read");
const action = z.enum(["attach", "detach", "resize"]);

const token = z.strictObject({ token: text, scopes: z.array(scope).optional() });
const droplet = z.strictObject({ id: positive, region: text, name: text.optional() });
const region = z.strictObject({
  slug: text,
  name: text.optional(),
  storage: z.boolean().optional(),
  available: z.boolean().optional(),
});
const durations = z.strictObject({
  attach: milliseconds.exactOptional(),
  detach: milliseconds.exactOptional(),
  resize: milliseconds.exactOptional(),
  create: milliseconds.exactOptional(),
  snapshot: milliseconds.exactOptional(),
});

/** The options as data, for a file. */
export const optionsSchema: z.ZodType<OptionsData> = z.strictObject({
  tokens: z
    .array(z.union([text, token], "must be a token or { token, scopes }"))
    .min(1, "must have at least one token")
    .optional(),
  droplets: z.array(droplet).optional(),
  regions: z.array(region).min(1, "must have at least one region").optional(),
  quotaPerMinute: whole.optional(),
  quotaPerHour: whole.optional(),
  snapshotIntervalMs: milliseconds.optional(),
  snapshotRetryAfter: z.boolean().optional(),
  snapshotCheckFirst: z.enum(["name", "interval"]).optional(),
  snapshotNameScope: z.enum(["volume", "account", "none"]).optional(),
  snapshotsPerVolume: whole.optional(),
  snapshotLimitStatus: z.literal([403, 422, 429]).optional(),
  snapshotRegionNames: z.record(z.string(), z.string()).optional(),
  volumesPerDroplet: whole.optional(),
  volumeNameLength: positive.optional(),
  maxVolumeGiB: positive.optional(),
  volumeLimit: whole.optional(),
  capacityGiB: whole.optional(),
  actionDurationMs: z
    .union([milliseconds, durations], "must be milliseconds, or milliseconds by kind of action")
    .optional(),
  actionVisibleAfterMs: milliseconds.optional(),
  erroredActions: z.array(action).optional(),
  faithfulNulls: z.boolean().optional(),
  invalidTagStatus: z.literal([400, 422]).optional(),
  publicUrl: httpUrl.optional(),
});
