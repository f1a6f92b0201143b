function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * A copy of a JSON text in which the member at a dotted path is `value`, or is gone when `value` is `undefined`.
 * Without a path the whole text is `value`. A path that leads nowhere changes nothing.
 */
export function spoilJson(text: string, at: string | undefined, value: unknown): string {
  if (at === undefined) return JSON.stringify(value ?? "unexpected");
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return text;
  }
  const keys = at.split(".");
  const last = keys.pop() ?? "";
  let parent: unknown = root;
  for (const key of keys)
    parent = isContainer(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (!isContainer(parent)) return text;
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return JSON.stringify(root);
}
