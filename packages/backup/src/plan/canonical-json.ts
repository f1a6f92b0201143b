import { createHash } from "node:crypto";

/** Text is handed on in pieces of about so many characters. */
const PIECE = 65_536;

/** JSON with the keys of every object in order and without what is undefined: equal data is equal text. */
export function canonicalJson(value: unknown): string {
  const parts: string[] = [];
  write(value, (text) => parts.push(text));
  return parts.join("");
}

/**
 * Stands for data: `sha256:` and the digest of its canonical JSON, which is never there as a whole. An iterable that is no
 * array stands for an array of what it gives.
 */
export function digestOf(value: unknown): string {
  const hash = createHash("sha256");
  let piece = "";
  write(value, (text) => {
    piece += text;
    if (piece.length < PIECE) return;
    hash.update(piece);
    piece = "";
  });
  return `sha256:${hash.update(piece).digest("hex")}`;
}

function write(value: unknown, to: (text: string) => void): void {
  if (typeof value !== "object" || value === null || value instanceof Date) {
    to(JSON.stringify(value) ?? "null");
    return;
  }
  let separator = "";
  if (Symbol.iterator in value) {
    to("[");
    for (const each of value as Iterable<unknown>) {
      to(separator);
      write(each, to);
      separator = ",";
    }
    to("]");
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  to("{");
  for (const key of Object.keys(record).sort()) {
    if (record[key] === undefined) continue;
    to(`${separator}${JSON.stringify(key)}:`);
    write(record[key], to);
    separator = ",";
  }
  to("}");
}
