import * as z from "zod";
import { atMost } from "../kit/validation.ts";
import { atLeast, type Field, fieldText, invalid, type Text } from "./responses.ts";

/** The smallest data volume and the step of sizes, in GiB. */
export const SIZE_STEP = 8;

const id = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
const name = z.string().regex(/^[a-zA-Z0-9-_ ]{1,255}$/);
const size = z
  .int()
  .min(SIZE_STEP)
  .refine((value) => value % SIZE_STEP === 0, { error: "step" });
const tag = z.object({
  key: z.string().min(1).refine(atMost(128)),
  value: z.string().refine(atMost(256)).nullish(),
});
const description = z.string().refine(atMost(255)).nullish();
const deleteOnTermination = z.boolean().nullish();
const qos = { max_iops: z.int().nullish(), max_throughput: z.int().nullish() };

const volumeCreateFrom1_4 = z.object({
  name,
  size,
  snapshot_id: id.nullish(),
  volume_type: z.string().nullish(),
  tags: z.array(tag).nullish(),
  ...qos,
  zone: z.string().nullish(),
});
const volumeCreateFrom1_2 = volumeCreateFrom1_4.omit({ zone: true });
const volumeCreateFrom1_0 = volumeCreateFrom1_2.omit({ max_iops: true, max_throughput: true });

/** By response shape: a version ignores the fields that only a newer one knows. */
export const volumeCreate: readonly [VolumeCreate, VolumeCreate, VolumeCreate] = [
  volumeCreateFrom1_0,
  volumeCreateFrom1_2,
  volumeCreateFrom1_4,
];
type VolumeCreate = z.ZodType<
  Partial<z.output<typeof volumeCreateFrom1_4>> & z.output<typeof volumeCreateFrom1_0>
>;

export const volumeUpdate = z.object({ name: name.nullish() });
export const volumeExtend = z.object({ size });
export const volumeQos = z.object(qos);
export const volumeRevert = z.object({ snapshot_id: id });
export const volumeAttach = z.object({ server_id: id, delete_on_termination: deleteOnTermination });

export const serverVolumeCreate = z.object({
  volume_id: id,
  device: z
    .string()
    .regex(/^\/dev\/[a-z]{2,}$/)
    .nullish(),
  delete_on_termination: deleteOnTermination,
});
export const serverVolumeUpdate = z.object({ volume_id: id, delete_on_termination: deleteOnTermination });

/** Metadata is any object, which is all that the vendor's own description asks for. */
export const snapshotCreate = z.object({
  name,
  volume_id: id,
  description,
  force: z.boolean().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
/** The same with metadata as Cinder takes it: flat, strings of at most 255 characters. */
export const snapshotCreateStrict = snapshotCreate.extend({
  metadata: z.record(z.string().min(1).refine(atMost(255)), z.string().refine(atMost(255))).nullish(),
});
export const snapshotUpdate = z.object({ name: name.nullable(), description });

export const transferCreate = z.object({ volume_id: id, name: z.string().refine(atMost(255)).nullish() });
export const transferAccept = z.object({ auth_key: z.string().min(1) });

/** What the refusals of volume, server and transfer bodies say of each field. */
export const VOLUME_FIELDS: Readonly<Record<string, Field>> = {
  name: { rule: nameRule("^[a-zA-Z0-9-_ ]*$"), example: "volume01" },
  size: { rule: atLeast(SIZE_STEP), example: "104" },
  step: {
    rule: {
      en: `The value should be a multiple of ${SIZE_STEP}.`,
      ko: `값은 ${SIZE_STEP}의 배수여야 합니다.`,
    },
    example: "104",
  },
  snapshot_id: { example: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790" },
  volume_type: { example: "SSD" },
  max_iops: { example: "10000" },
  max_throughput: { example: "500" },
  server_id: { example: "b13531ca-99ec-4aa5-a2dd-a85665b0a358" },
  volume_id: { example: "3f500f00-ed80-4566-a057-e31760226f9a" },
  device: { example: "/dev/vdb" },
  auth_key: { example: "f5972fdb456897eb" },
};

/** What the refusals of snapshot bodies say of each field. */
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

function nameRule(pattern: string): Text {
  return {
    en: `The value should be 255 characters or shorter, in ${pattern} format.`,
    ko: `값은 255자 이하이며 ${pattern} 형식이어야 합니다.`,
  };
}

const NOT_JSON: Text = {
  en: "The request body should be a JSON object.",
  ko: "요청 본문은 JSON 객체여야 합니다.",
};

/**
 * Reads a body by a schema. Wrong fields are refused together, each once, in the order of the schema. Unknown
 * fields are ignored, as the service does. An empty body counts as an empty object.
 */
export function readBody<T>(body: string, schema: z.ZodType<T>, fields: Readonly<Record<string, Field>>): T {
  const parsed = schema.safeParse(parseJson(body || "{}"));
  if (parsed.success) return parsed.data;
  const texts = new Map<string, Text>();
  for (const { path, code, message } of parsed.error.issues) {
    const name = String(path[0] ?? "");
    if (name === "") throw invalid([NOT_JSON]);
    // A rule of our own schema carries its text in the key of the field table.
    const field = (code === "custom" ? fields[message] : undefined) ?? fields[name];
    if (!texts.has(name)) texts.set(name, fieldText(name, field));
  }
  throw invalid([...texts.values()]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([NOT_JSON]);
  }
}
