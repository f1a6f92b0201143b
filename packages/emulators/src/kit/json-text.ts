// The code of core's file of this name, which emulators do not know: `scripts/test/same-code.test.ts` holds them equal.

/** JSON nests no deeper than this: what handles it afterwards may do so level by level. */
const MOST_LEVELS = 100;

/** A text that is JSON, and that no two readers need to understand alike. */
class AmbiguousJson extends Error {
  override readonly name: string = "AmbiguousJson";
  /** What is there: `a key that stands twice in its object`. */
  readonly found: string;
  /** Where, counted from 1. */
  readonly line: number;
  /** Where in the line, counted from 1. */
  readonly column: number;

  constructor(found: string, line: number, column: number) {
    super(`${found} (line ${line} column ${column})`);
    this.found = found;
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads JSON, and refuses what `JSON.parse` takes without a word: a key that stands twice in one object, of which the
 * last would count, and nesting beyond 100 levels. A byte order mark is dropped.
 * @throws SyntaxError for what is no JSON; AmbiguousJson for those two
 */
export function parseJsonText(text: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  const value: unknown = JSON.parse(json);
  refuseAmbiguous(json);
  return value;
}

/** In valid JSON: strings, with what makes a key of them, and what opens and closes. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g;

function refuseAmbiguous(json: string): void {
  /** The keys of each object that is open; nothing for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (const { 0: token, 1: text, 2: colon, index } of json.matchAll(TOKENS)) {
    if (text !== undefined) {
      if (colon === undefined) continue;
      const key = text.includes("\\") ? (JSON.parse(text) as string) : text.slice(1, -1);
      const keys = open.at(-1);
      if (keys?.has(key)) throw ambiguous("a key that stands twice in its object", json, index);
      keys?.add(key);
    } else if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      if (open.length > MOST_LEVELS) throw ambiguous(TOO_DEEP, json, index);
    } else open.pop();
  }
}

const TOO_DEEP = `what is nested too deeply, beyond ${MOST_LEVELS} levels`;

function ambiguous(found: string, json: string, index: number): AmbiguousJson {
  const before = json.slice(0, index);
  return new AmbiguousJson(found, before.split("\n").length, index - before.lastIndexOf("\n"));
}
