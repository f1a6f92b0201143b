const LONGEST = 60;

/** What kind of value it is, without any of its content. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "object":
      return "a mapping";
    case "function":
      return "a function";
    default:
      return `a ${typeof value}`;
  }
}

/** A plain value as it stands, cut when long; of anything else only its kind. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value === "") return kindOf(value);
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}
