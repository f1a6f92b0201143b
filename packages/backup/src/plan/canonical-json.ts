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
      if (separator !== "") to(separator);
      write(each, to);
      separator = ",";
    }
    to("]");
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  to("{");
  for (const { key, label } of inOrder(Object.keys(record))) {
    if (record[key] === undefined) continue;
    to(separator === "" ? label : `${separator}${label}`);
    write(record[key], to);
    separator = ",";
  }
  to("}");
}

/** A key as it stands before its value. */
interface Labelled {
  readonly key: string;
  readonly label: string;
}

/** The keys that objects had lately, with those keys in order: data has many objects of few forms. */
const forms: { readonly keys: readonly string[]; readonly sorted: readonly Labelled[] }[] = [];
const MOST_FORMS = 16;

function inOrder(keys: readonly string[]): readonly Labelled[] {
  const known = forms.find((form) => isSame(form.keys, keys));
  if (known !== undefined) return known.sorted;
  const sorted = keys.toSorted().map((key) => ({ key, label: `${JSON.stringify(key)}:` }));
  if (forms.length >= MOST_FORMS) forms.length = 0;
  forms.push({ keys, sorted });
  return sorted;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
