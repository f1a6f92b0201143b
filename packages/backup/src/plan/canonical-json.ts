import { createHash } from "node:crypto";

/** Text is handed on in pieces of about so many characters. */
const PIECE = 65_536;

/** JSON with the keys of every object in order and without what is undefined: equal data is equal text. */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null || value instanceof Date)
    return JSON.stringify(value) ?? "null";
  let text = "";
  if (isIterable(value)) {
    for (const each of value) text += text === "" ? canonicalJson(each) : `,${canonicalJson(each)}`;
    return `[${text}]`;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const { key, label } of inOrder(Object.keys(record))) {
    const own = record[key];
    if (own === undefined) continue;
    text += text === "" ? label : `,${label}`;
    text += canonicalJson(own);
  }
  return `{${text}}`;
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

/** Lists piece by piece, wherever they are long: what one of them holds (a volume, a snapshot) is small. */
function write(value: unknown, to: (text: string) => void): void {
  if (typeof value !== "object" || value === null || value instanceof Date) {
    to(canonicalJson(value));
    return;
  }
  let separator = "";
  if (isIterable(value)) {
    to("[");
    for (const each of value) {
      if (separator !== "") to(separator);
      // Lists in lists can be long; what a generator gives is not.
      if (Array.isArray(value) && isIterable(each)) write(each, to);
      else to(canonicalJson(each));
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

function isIterable(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || (typeof value === "object" && value !== null && Symbol.iterator in value);
}

/** Texts of which JSON escapes nothing: most, and told quicker than they are written by it. */
const UNESCAPED = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return UNESCAPED.test(text) ? `"${text}"` : JSON.stringify(text);
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
  for (const form of forms) if (isSame(form.keys, keys)) return form.sorted;
  const sorted = keys.toSorted().map((key) => ({ key, label: `${JSON.stringify(key)}:` }));
  if (forms.length >= MOST_FORMS) forms.length = 0;
  forms.push({ keys, sorted });
  return sorted;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
