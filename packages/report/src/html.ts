/** Text that is HTML: everything else that comes into a page is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: text and numbers are escaped, lists are joined, `undefined` and `false` are nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** HTML of a template. Whatever is filled in is escaped, but for what is {@link Html} itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? "";
  parts.forEach((part, index) => {
    text += `${textOf(part)}${strings[index + 1] ?? ""}`;
  });
  return new Html(text);
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === false) return "";
  if (typeof part === "object") return part.map(textOf).join("");
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters, which no page may hold, and halves of characters are shown as what they are: something unknown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(UNPRINTABLE, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** A name that somebody else has given: its direction of writing changes nothing around it. */
export function name(text: string): Html {
  return html`<bdi>${text === "" ? "(no name)" : text}</bdi>`;
}
