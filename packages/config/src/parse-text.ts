import { AmbiguousJson, parseJsonText } from "@polyvol/core/driver";
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Tags,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import type { ConfigPath, ParsedText, Position } from "./config.ts";
import { ConfigError, pathText } from "./config-error.ts";

/**
 * Reads YAML, merge keys (`<<`) among it, and remembers where things stand. Keys are texts as they stand there: `007` is no 7.
 * With `allText` values are, too, except `null`.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export function parseYaml(file: string, text: string, how: ReadingOfYaml = {}): ParsedText {
  const parsed = readYaml(file, text, how);
  refuseOddKeys(file, parsed.value, parsed.locate);
  return parsed;
}

interface ReadingOfYaml {
  readonly allText?: boolean;
}

const YAML = { prettyErrors: false, merge: true, stringKeys: true };
const YAML_OF_TEXT = {
  ...YAML,
  customTags: (tags: Tags): Tags =>
    tags.filter((tag) => typeof tag === "string" || !/:(?:bool|float|int)$/.test(tag.tag)),
};

function readYaml(file: string, text: string, { allText = false }: ReadingOfYaml = {}): ParsedText {
  const lines = new LineCounter();
  const document = withinDepth(file, () =>
    parseDocument(text, { ...(allText ? YAML_OF_TEXT : YAML), lineCounter: lines }),
  );
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const position = positionOf(error.pos[0]);
    throw new ConfigError(file, [{ path: "", position, ...yamlProblem(error, text) }]);
  }

  function locate(path: ConfigPath): Position | undefined {
    let node: unknown = document.contents;
    let place: Position | undefined;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      let at: unknown;
      if (isMap(node)) {
        const pair = pairOf(document, node, String(key));
        [at, node] = [pair?.key, pair?.value];
      } else if (isSeq(node)) {
        node = node.items[Number(key)];
        at = node;
      }
      const start = isNode(at) ? startOf(at) : undefined;
      if (start === undefined) return place;
      place = positionOf(start);
    }
    return place;
  }

  try {
    return { value: withinDepth(file, () => document.toJS()), locate };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The only thing that can fail now: an alias to something that does not exist, or too many of them.
    const start = startOfDangling(document);
    if (start !== undefined)
      throw new ConfigError(file, [{ path: "", position: positionOf(start), ...STARRED }]);
    const found = "aliases that cannot be followed";
    throw new ConfigError(file, [{ path: "", found, allowed: "aliases of anchors that stand before them" }]);
  }
}

/** What a pattern such as `*-db` is without quotes. */
const STARRED = {
  found: "a text that begins with * and has no quotes, an alias of nothing",
  allowed: 'YAML, where such a text stands in quotes, as in "*-db"',
};

/** Where the first alias stands that nothing has the name of. */
function startOfDangling(document: Document): number | undefined {
  let start: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      start = startOf(alias);
      return visit.BREAK;
    },
  });
  return start;
}

/** A key that programs leave out without a word, with all that stands below it. */
const ODD_KEY = "__proto__";

/** @throws ConfigError */
function refuseOddKeys(file: string, value: unknown, locate: ParsedText["locate"]): void {
  const path = withinDepth(file, () => oddKeyIn(value, []));
  if (path === undefined) return;
  const position = locate(path);
  const place = { path: pathText(path), ...(position === undefined ? {} : { position }) };
  throw new ConfigError(file, [{ ...place, found: `the key ${ODD_KEY}`, allowed: "any other name" }]);
}

function oddKeyIn(value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, below] of Object.entries(value)) {
    const there = [...path, key];
    const odd = key === ODD_KEY ? there : oddKeyIn(below, there);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

const TOO_DEEP = "what is nested too deeply";

/** @throws ConfigError where the levels of a text fill the stack */
function withinDepth<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError && /stack/.test(error.message))) throw error;
    throw new ConfigError(file, [{ path: "", found: TOO_DEEP, allowed: "YAML with few levels" }]);
  }
}

/** The pair of a key: of the mapping itself, else of one that it merges. */
function pairOf(document: Document, node: YAMLMap, key: string): Pair | undefined {
  const own = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  if (own !== undefined) return own;
  for (const { key: name, value } of node.items) {
    if (!(isScalar(name) && name.source === "<<")) continue;
    for (const each of isSeq(value) ? value.items : [value]) {
      const merged = isAlias(each) ? each.resolve(document) : each;
      const found = isMap(merged) ? pairOf(document, merged, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}

/** What is wrong with a text that is not read as YAML, and what is right. */
function yamlProblem(
  error: YAMLParseError,
  text: string,
): { readonly found: string; readonly allowed: string } {
  const allowed = "YAML";
  if (/call stack/.test(error.message)) return { found: TOO_DEEP, allowed };
  if (error.code === "DUPLICATE_KEY") {
    const key = /^[\w.-]{1,64}/.exec(text.slice(error.pos[0]))?.[0];
    return { found: key === undefined ? "a key twice" : `the key ${key} twice`, allowed: "each key once" };
  }
  if (error.code === "BAD_ALIAS" && error.message.startsWith("Alias")) return STARRED;
  if (error.code === "BAD_SCALAR_START") {
    return {
      found: `text that is not YAML (${withoutSource(error.message)})`,
      allowed: "YAML, where such a text stands in quotes",
    };
  }
  // A line that stands too far to the right, or a value with a colon and a blank in it.
  if (error.code === "BLOCK_AS_IMPLICIT_KEY") {
    return {
      found: "a key where a value stands already",
      allowed: "YAML, with the keys of one level below each other, and a text with a colon in quotes",
    };
  }
  // Such as "provider:digitalocean", which is a text with a colon in it.
  if (error.code === "MULTILINE_IMPLICIT_KEY") {
    return {
      found: "a line that is no key with its value",
      allowed: "YAML, with a blank after the colon of a key",
    };
  }
  return { found: `text that is not YAML (${withoutSource(error.message)})`, allowed };
}

/** The parser appends what it could not read, in quotes or after a colon. */
function withoutSource(message: string): string {
  if (/stringKeys/.test(message)) return "a key that is no text";
  return message.replace(/\s*(?::|["'`]).*$/s, "").replace(/^./, (first) => first.toLowerCase());
}

/**
 * Reads JSON. Positions come from reading it as YAML, of which JSON is a part.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export function parseJson(file: string, content: string): ParsedText {
  const text = content.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    if (error instanceof AmbiguousJson) {
      const { found, line, column } = error;
      const position = { line, column };
      throw new ConfigError(file, [{ path: "", position, found, allowed: "JSON, each key once" }]);
    }
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    const position = line === undefined ? {} : { position: { line: Number(line), column: Number(column) } };
    const found = text.trim() === "" ? "an empty file" : "text that is not JSON";
    throw new ConfigError(file, [{ path: "", ...position, found, allowed: "JSON" }]);
  }
  const locate = locator(file, text);
  refuseOddKeys(file, value, locate);
  return { value, locate };
}

/** In larger texts the path of a problem has to do: to find its line takes seconds. */
const MOST_LOCATED = 256 * 1024;

/** Places are looked for only where something is wrong. */
function locator(file: string, text: string): ParsedText["locate"] {
  if (text.length > MOST_LOCATED) return () => undefined;
  let locate: ParsedText["locate"] | undefined;
  const read = (): ParsedText["locate"] => {
    try {
      return readYaml(file, text).locate;
    } catch {
      return () => undefined;
    }
  };
  return (path) => {
    locate ??= read();
    return locate(path);
  };
}
