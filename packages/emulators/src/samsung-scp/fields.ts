import type * as z from "zod";
import type { Text } from "./errors.ts";
import { invalid } from "./refusals.ts";

/** How the service describes a field that is wrong: an optional rule and an example. */
export interface Field {
  readonly rule?: Text;
  readonly example?: string;
}

/** `Field "size" is invalid. The value should be 8 or greater. Example: "104"` */
export function fieldText(name: string, field: Field = {}): Text {
  const { rule, example } = field;
  const end = example === undefined ? "" : ` Example: "${example}"`;
  const endKo = example === undefined ? "" : ` 예시: "${example}"`;
  return {
    en: `Field "${name}" is invalid.${rule === undefined ? "" : ` ${rule.en}`}${end}`,
    ko: `필드 "${name}"이(가) 올바르지 않습니다.${rule === undefined ? "" : ` ${rule.ko}`}${endKo}`,
  };
}

export function atLeast(minimum: number): Text {
  return { en: `The value should be ${minimum} or greater.`, ko: `값은 ${minimum} 이상이어야 합니다.` };
}

export function atMost(maximum: number): Text {
  return { en: `The value should be ${maximum} or less.`, ko: `값은 ${maximum} 이하여야 합니다.` };
}

export function between(minimum: number, maximum: number): Text {
  return {
    en: `The value should be between ${minimum} and ${maximum}.`,
    ko: `값은 ${minimum}에서 ${maximum} 사이여야 합니다.`,
  };
}

export function multipleOf(step: number): Text {
  return { en: `The value should be a multiple of ${step}.`, ko: `값은 ${step}의 배수여야 합니다.` };
}

export function oneOf(values: readonly string[]): Text {
  const list = values.join(", ");
  return { en: `The value should be one of ${list}.`, ko: `값은 ${list} 중 하나여야 합니다.` };
}

/** A request body that is not a JSON object. */
const NOT_JSON: Text = {
  en: "The request body should be a JSON object.",
  ko: "요청 본문은 JSON 객체여야 합니다.",
};

/**
 * Reads a body by a schema. Wrong fields are refused together, each once, in the order of the schema. Unknown
 * fields are ignored, as the service does. An empty body counts as an empty object.
 */
export function readBody<T>(text: string, schema: z.ZodType<T>, fields: Readonly<Record<string, Field>>): T {
  let json: unknown = {};
  if (text !== "") {
    try {
      json = JSON.parse(text);
    } catch {
      throw invalid([NOT_JSON]);
    }
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const texts = new Map<string, Text>();
  for (const { path, code, message } of parsed.error.issues) {
    const name = String(path[0] ?? "");
    if (name === "") throw invalid([NOT_JSON]);
    // A rule of our own schema carries its text in the key of the field table.
    const field = (code === "custom" ? fields[message] : undefined) ?? fields[name] ?? {};
    if (!texts.has(name)) texts.set(name, fieldText(name, field));
  }
  throw invalid([...texts.values()]);
}
