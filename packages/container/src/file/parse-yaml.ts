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
  type YAMLMap,
} from "yaml";
import type { ConfigPath, Position } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import type { ParsedText } from "./source.ts";

/**
 * Reads YAML, merge keys (`<<`) among it, and remembers where things stand.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export function parseYaml(file: string, text: string): ParsedText {
  const lines = new LineCounter();
  const document = withinDepth(file, () =>
    parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true }),
  );
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ConfigError(file, [
      {
        path: "",
        position: positionOf(error.pos[0]),
        found: /call stack/.test(error.message)
          ? TOO_DEEP
          : `text that is not YAML (${withoutSource(error.message)})`,
        allowed: "YAML",
      },
    ]);
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
    const found = "aliases that cannot be followed";
    throw new ConfigError(file, [{ path: "", found, allowed: "aliases of anchors that stand before them" }]);
  }
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

/** The parser appends what it could not read, in quotes or after a colon. */
function withoutSource(message: string): string {
  return message.replace(/\s*(?::|["'`]).*$/s, "").replace(/^./, (first) => first.toLowerCase());
}
