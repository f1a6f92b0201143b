import type * as z from "zod";

/** Input that does not have the documented shape. The message names each place and what is allowed there. */
export class InvalidInput extends Error {
  /** Always `InvalidInput`. */
  override readonly name = "InvalidInput";
}

function place(root: string, path: readonly PropertyKey[]): string {
  let text = root;
  for (const key of path) text += typeof key === "number" ? `[${key}]` : `.${String(key)}`;
  return text;
}

function describe(root: string, issue: z.core.$ZodIssue): string {
  const where = place(root, issue.path);
  if (issue.code === "unrecognized_keys") {
    return `${where}: unknown ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
  }
  if (issue.code === "invalid_value") {
    return `${where}: must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  }
  return `${where}: ${issue.message}`;
}

/** Checks `value` and returns it parsed, or throws `InvalidInput`. `root` is how messages call the whole value. */
export function check<Output>(schema: z.ZodType<Output>, value: unknown, root: string): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInput(result.error.issues.map((issue) => describe(root, issue)).join("; "));
}
