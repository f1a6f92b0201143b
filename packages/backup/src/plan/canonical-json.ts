import { createHash } from "node:crypto";

/** Text is handed on in pieces of about so many characters. */
const PIECE = 65_536;

/** Text as it is written. */
interface Output {
  text: string;
  /** Told between two values of a list. */
  readonly onValue?: () => void;
}

/** JSON with the keys of every object in order and without what is undefined: equal data is equal text. */
export function canonicalJson(value: unknown): string {
  const output: Output = { text: "" };
  write(value, output);
  return output.text;
}

/**
 * Stands for data: `sha256:` and the digest of its canonical JSON, which is never there as a whole. An iterable that is no
 * array stands for an array of what it gives.
 */
export function digestOf(value: unknown): string {
  const hash = createHash("sha256");
  const output: Output = {
    text: "",
    onValue: () => {
      if (output.text.length < PIECE) return;
      hash.update(output.text);
      output.text = "";
    },
  };
  write(value, output);
  return `sha256:${hash.update(output.text).digest("hex")}`;
}

function write(value: unknown, output: Output): void {
  if (typeof value === "string") output.text += quoted(value);
  else if (typeof value !== "object" || value === null || value instanceof Date)
    output.text += JSON.stringify(value) ?? "null";
  else if (isIterable(value)) {
    let before = "[";
    for (const each of value) {
      output.text += before;
      write(each, output);
      output.onValue?.();
      before = ",";
    }
    output.text += before === "[" ? "[]" : "]";
  } else {
    const record = value as Readonly<Record<string, unknown>>;
    let before = "{";
    for (const { key, label } of inOrder(Object.keys(record))) {
      const own = record[key];
      if (own === undefined) continue;
      output.text += before + label;
      write(own, output);
      before = ",";
    }
    output.text += before === "{" ? "{}" : "}";
  }
}

function isIterable(value: object): value is Iterable<unknown> {
  return Array.isArray(value) || Symbol.iterator in value;
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
