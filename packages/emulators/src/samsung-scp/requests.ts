import * as z from "zod";
import type { Text } from "./errors.ts";
import { atLeast, type Field, multipleOf } from "./fields.ts";

/** The smallest data volume and the step of sizes, in GiB. */
export const SIZE_STEP = 8;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const id: z.ZodType<string> = z.string().regex(UUID);

const nameRule = (pattern: string): Text => ({
  en: `The value should be 255 characters or shorter, in ${pattern} format.`,
  ko: `값은 255자 이하이며 ${pattern} 형식이어야 합니다.`,
});

/** Fields of all bodies: what the refusal says of each. */
export const VOLUME_FIELDS: Readonly<Record<string, Field>> = {
  name: { rule: nameRule("^[a-zA-Z0-9-_ ]*$"), example: "volume01" },
  size: { rule: atLeast(SIZE_STEP), example: "104" },
  step: { rule: multipleOf(SIZE_STEP), example: "104" },
  snapshot_id: { example: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790" },
  volume_type: { example: "SSD" },
  max_iops: { example: "10000" },
  max_throughput: { example: "500" },
  server_id: { example: "b13531ca-99ec-4aa5-a2dd-a85665b0a358" },
  volume_id: { example: "3f500f00-ed80-4566-a057-e31760226f9a" },
  device: { example: "/dev/vdb" },
  auth_key: { example: "f5972fdb456897eb" },
};

export const SNAPSHOT_FIELDS: Readonly<Record<string, Field>> = {
  name: { rule: nameRule("^[a-zA-Z0-9-_ ]+$"), example: "snapshot-1" },
  volume_id: { example: "3f500f00-ed80-4566-a057-e31760226f9a" },
  description: { example: "description" },
  force: { example: "true" },
  metadata: {
    rule: {
      en: "The value should be an object of strings, 255 characters or shorter.",
      ko: "값은 255자 이하의 문자열로 이루어진 객체여야 합니다.",
    },
  },
};

const volumeName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9-_ ]*$/);
const snapshotName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9-_ ]+$/);
const size: z.ZodType<number> = z
  .int()
  .min(SIZE_STEP)
  .refine((value) => value % SIZE_STEP === 0, { error: "step" });
const tag = z.object({ key: z.string().min(1).max(128), value: z.string().max(256).nullish() });

export interface VolumeCreate {
  readonly name: string;
  readonly size: number;
  readonly snapshot_id?: string | null | undefined;
  readonly volume_type?: string | null | undefined;
  readonly tags?:
    | readonly { readonly key: string; readonly value?: string | null | undefined }[]
    | null
    | undefined;
  /** From 1.2 on. */
  readonly max_iops?: number | null | undefined;
  /** From 1.2 on. */
  readonly max_throughput?: number | null | undefined;
  /** From 1.4 on. */
  readonly zone?: string | null | undefined;
}

const volumeCreateBase = {
  name: volumeName,
  size,
  snapshot_id: id.nullish(),
  volume_type: z.string().nullish(),
  tags: z.array(tag).nullish(),
};
const qos = { max_iops: z.int().nullish(), max_throughput: z.int().nullish() };

/** By response shape: a version ignores the fields that only a newer one knows. */
export const volumeCreate: readonly [
  z.ZodType<VolumeCreate>,
  z.ZodType<VolumeCreate>,
  z.ZodType<VolumeCreate>,
] = [
  z.object(volumeCreateBase),
  z.object({ ...volumeCreateBase, ...qos }),
  z.object({ ...volumeCreateBase, ...qos, zone: z.string().nullish() }),
];

export const volumeUpdate: z.ZodType<{ name?: string | null | undefined }> = z.object({
  name: volumeName.nullish(),
});

export const volumeExtend: z.ZodType<{ size: number }> = z.object({ size });

export const volumeQos: z.ZodType<{
  max_iops?: number | null | undefined;
  max_throughput?: number | null | undefined;
}> = z.object(qos);

export const volumeRevert: z.ZodType<{ snapshot_id: string }> = z.object({ snapshot_id: id });

export const volumeAttach: z.ZodType<{
  server_id: string;
  delete_on_termination?: boolean | null | undefined;
}> = z.object({ server_id: id, delete_on_termination: z.boolean().nullish() });

export interface ServerVolumeCreate {
  readonly volume_id: string;
  readonly device?: string | null | undefined;
  readonly delete_on_termination?: boolean | null | undefined;
}

export const serverVolumeCreate: z.ZodType<ServerVolumeCreate> = z.object({
  volume_id: id,
  device: z
    .string()
    .regex(/^\/dev\/[a-z]{2,}$/)
    .nullish(),
  delete_on_termination: z.boolean().nullish(),
});

export const serverVolumeUpdate: z.ZodType<{
  volume_id: string;
  delete_on_termination?: boolean | null | undefined;
}> = z.object({ volume_id: id, delete_on_termination: z.boolean().nullish() });

export interface SnapshotCreate {
  readonly name: string;
  readonly volume_id: string;
  readonly description?: string | null | undefined;
  readonly force?: boolean | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

const description: z.ZodType<string> = z.string().max(255);

const snapshotCreateBase = {
  name: snapshotName,
  volume_id: id,
  description: description.nullish(),
  force: z.boolean().nullish(),
};

/** Metadata as Cinder takes it: flat, strings of at most 255 characters. */
export const snapshotCreate: z.ZodType<SnapshotCreate> = z.object({
  ...snapshotCreateBase,
  metadata: z.record(z.string().min(1).max(255), z.string().max(255)).nullish(),
});

/** The same with any object as metadata, which is all that the vendor's own description asks for. */
export const snapshotCreateAnyMetadata: z.ZodType<SnapshotCreate> = z.object({
  ...snapshotCreateBase,
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const snapshotUpdate: z.ZodType<{ name: string | null; description?: string | null | undefined }> =
  z.object({
    name: snapshotName.nullable(),
    description: description.nullish(),
  });

export const transferCreate: z.ZodType<{ volume_id: string; name?: string | null | undefined }> = z.object({
  volume_id: id,
  name: z.string().max(255).nullish(),
});

export const transferAccept: z.ZodType<{ auth_key: string }> = z.object({ auth_key: z.string().min(1) });
