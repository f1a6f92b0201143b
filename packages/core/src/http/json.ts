/**
 * Parses an answer. Keys that could change an object's prototype when a careless copy is made are left out; looking
 * for them costs a search of the text, and only a text that has them is walked.
 * @returns `undefined` (which JSON itself cannot be) when the text is not JSON
 */
export function parseJson(text: string): unknown {
  try {
    // A part of the key, because engines look for up to six characters by a faster way; more texts are walked than need be.
    return text.includes("proto_") || text.includes("\\u00")
      ? JSON.parse(text, (key, value) => (key === "__proto__" ? undefined : value))
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}
